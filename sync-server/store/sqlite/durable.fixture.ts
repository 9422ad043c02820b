/** A program that writes so many times into one of a school's databases, one write after another. For tests. */
import { join } from 'node:path';
import { openAccounts } from '../../accounts/accounts.ts';
import { openPeople } from '../../accounts/people.ts';
import { openSqlite } from './sqlite-store.ts';

const [kind, count, folder] = process.argv.slice(2) as [string, string, string];
const write = await writerOf(kind);
for (let i = 0; i < Number(count); i++) await write(i);
// As it is: what a close brings to the disk is nobody's answer.
process.exit(0);

async function writerOf(which: string): Promise<(i: number) => unknown> {
  if (which === 'people') {
    const people = openPeople(join(folder, 'people.sqlite'));
    return (i) => people.put([{ person: 'masha', name: `Котова Маша ${i}` }]);
  }
  if (which === 'accounts') {
    const secret = 's'.repeat(43);
    const accounts = await openAccounts({
      dataDir: folder,
      origin: 'http://localhost',
      secret,
      knows: () => true,
    });
    return () => accounts.link('masha');
  }
  const store = await openSqlite({ file: join(folder, 'parta.sqlite') });
  const fence = await store.claim();
  return (i) => store.raise([{ chat: '7a', person: 'masha', got: i + 1, read: i }], fence);
}
