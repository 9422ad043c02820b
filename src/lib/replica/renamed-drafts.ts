/** What was begun of messages that got other ids, an edit or an answer, goes on under those. */
import { answerDraft, editDraft } from '#shared/me/shape.ts';
import type { Disk, DraftRow } from './disk.ts';
import type { RoomWord } from './tabs.ts';
import type { Drafts } from './types.ts';

/** On disk, in the same step: the page may go before it hears of it. Inside a transaction on `kv`. */
export async function renameKept(
  { kv }: Disk,
  room: string,
  names: ReadonlyMap<string, string>,
): Promise<void> {
  const chat = chatOf(room);
  const edits = `draft/${editDraft(chat, '')}` as const;
  const rows = (await kv.where('key').startsWith(edits).toArray()) as DraftRow[];
  for (const { key, value } of rows) {
    const name = names.get(key.slice(edits.length));
    if (name === undefined || value === '') continue;
    await kv.put({ key: `${edits}${name}`, value });
    await kv.put({ key, value: '' });
  }
  const key = `draft/${answerDraft(chat)}` as const;
  const answered = (await kv.get(key)) as DraftRow | undefined;
  const name = names.get(answered?.value ?? '');
  if (name !== undefined) await kv.put({ key, value: name });
}

/** On a tab, which tells the other devices. */
export function renameDrafts(drafts: Drafts, { room, names }: RoomWord): void {
  const chat = chatOf(room);
  const answer = answerDraft(chat);
  for (const [old, name] of names) {
    const before = drafts.draft(editDraft(chat, old));
    const after = drafts.draft(editDraft(chat, name));
    if (before && !after.includes(before))
      drafts.setDraft(editDraft(chat, name), [after, before].filter(Boolean).join('\n'));
    if (before) drafts.setDraft(editDraft(chat, old), '');
    if (drafts.draft(answer) === old) drafts.setDraft(answer, name);
  }
}

const chatOf = (room: string): string => room.slice('chat/'.length);
