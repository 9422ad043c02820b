/**
 * `me/<person>`: what a person keeps across their own devices. Root map `settings`: small JSON values under free
 * keys (`theme`, `mute/<chat>`, `archive/<chat>`); root map `drafts`: chat id → text of an unfinished message,
 * `in/<chat>/<message>` → text of an unfinished edit, `re/<chat>` → id of the message that the draft answers,
 * `on/<chat>/<number>` → words for the same chat that another device, or tab, began. A first form named an edit
 * `edit/<message>`, which does not tell its chat.
 */
export const ME_ROOTS = ['settings', 'drafts'] as const;

/** Name of the draft of an edit: its chat is told by it when the message is not here any more. */
export const editDraft = (chat: string, message: string): string => `in/${chat}/${message}`;

/** Name under which stands what message the draft of a chat answers. */
export const answerDraft = (chat: string): string => `re/${chat}`;

/** Name of a draft that another device began beside the chat’s own; with '' what all of them begin with. */
export const otherDraft = (chat: string, nth: number | ''): string => `on/${chat}/${nth}`;

/** The chat in which the words of a draft were begun; undefined where the name does not tell, or holds no words. */
export function chatOfDraft(name: string): string | undefined {
  const [kind, chat] = name.split('/', 2);
  return chat === undefined ? kind : kind === 'in' || kind === 'on' ? chat : undefined;
}
