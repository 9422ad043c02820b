/** A school in a process of its own that never pauses: one new person, then one message of theirs, again and again. */
import { join } from 'node:path';
import { openPeople } from '../accounts/people.ts';
import { openSqlite } from '../store/sqlite/sqlite-store.ts';

const data = process.argv[2] as string;
const store = await openSqlite({ file: join(data, 'parta.sqlite') });
const people = openPeople(join(data, 'people.sqlite'));
const fence = await store.claim();
let { seq } = await store.room('chat/7a', fence);
const rest = { digest: 0, replaces: 0, places: [], gone: [], head: undefined, papers: [] };

let stopped = false;
process.on('message', () => {
  stopped = true;
});
while (!stopped) {
  const batch = Array.from({ length: 5 }, () => {
    const person = `p${++seq}`;
    const bytes = new Uint8Array(500);
    const row = { room: 'chat/7a', seq, doc: 'chat/7a/feed/1', lease: seq, n: 1, person, at: seq, bytes };
    return { row, ...rest };
  });
  people.put(batch.map(({ row }) => ({ person: row.person, name: 'Ученик' })));
  await store.append(batch, fence);
  process.send?.(seq);
}
await store.close();
people.close();
process.exit(0);
