import type { MessageView, PaperRow } from '#lib/replica/types.ts';

export interface PaperIn {
  id: string;
  title: string;
  /** What the message says beside it. */
  words: string;
}

const ALONE = /(?:^|\n)https?:\/\/[^/\s]+\/papers\/([^/\s]+)$/;

/** The paper of a message's card: its own, or a known one whose address is all that its last line says. */
export function paperIn(
  { text, paper }: Partial<Pick<MessageView, 'text' | 'paper'>> & { text: string },
  papers: () => readonly PaperRow[],
): PaperIn | undefined {
  if (paper) return { id: paper.id, title: paper.title, words: without(paper.title, text) };
  const address = ALONE.exec(text);
  if (!address) return undefined;
  const found = papers().find(({ id }) => id === address[1]);
  return (
    found && { id: found.id, title: found.title, words: without(found.title, text.slice(0, address.index)) }
  );
}

/** A title says itself. */
function without(title: string, text: string): string {
  return text.trim() === title ? '' : text.trim();
}
