/** Who has read up to a place of a chat: rows of the relay, shown to staff while there is a network. */
export async function readersUpTo(chat: string, seq: number, but: string): Promise<string[] | undefined> {
  const answer = await fetch(`/api/chats/${encodeURIComponent(chat)}/readers`).catch(() => undefined);
  if (!answer?.ok) return undefined;
  const body: { readers?: { person: string; read: number; from?: number }[] } | undefined = await answer
    .json()
    .catch(() => undefined);
  // Who came later was never shown what stood there before.
  const hasRead = ({ read, from = 0 }: { read: number; from?: number }) => read >= seq && seq > from;
  return body?.readers
    ?.filter((reader) => reader.person !== but && hasRead(reader))
    .map(({ person }) => person);
}
