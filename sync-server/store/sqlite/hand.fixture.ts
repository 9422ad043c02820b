/** A program that writes one row, reads it while the write waits for the disk, and says in which order it was told. */
import { append } from '../log.contract.ts';
import { openSqlite } from './sqlite-store.ts';

const FEED = 'chat/7a/feed/1';

const store = await openSqlite({ file: process.argv[2] as string });
store.onBroken(() => console.log('the store is broken'));
const fence = await store.claim();
await store.room('chat/7a', fence);
const stored = store.append([append('chat/7a', 1)], fence).then(
  () => console.log('stored'),
  () => console.log('nobody knows'),
);
const read = store.load(FEED).then(
  ({ rows }) => console.log(`read ${rows.length}`),
  () => console.log('nothing is read'),
);
await Promise.all([stored, read]);
// As it is: what a close brings to the disk is nobody's answer.
process.exit(0);
