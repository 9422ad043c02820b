/** How many have read up to a place of a chat: rows of the relay, shown to staff while there is a network. */
export async function readersUpTo(chat: string, seq: number, but: string): Promise<number | undefined> {
  const answer = await fetch(`/api/chats/${encodeURIComponent(chat)}/readers`).catch(() => undefined);
  if (!answer?.ok) return undefined;
  const body: { readers?: { person: string; read: number }[] } | undefined = await answer
    .json()
    .catch(() => undefined);
  return body?.readers?.filter(({ person, read }) => person !== but && read >= seq).length;
}
