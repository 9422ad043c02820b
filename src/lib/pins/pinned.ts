/** One pinned message as it is drawn; the text is undefined while the message is not loaded. */
export interface Pinned {
  id: string;
  author: string | undefined;
  text: string | undefined;
}
