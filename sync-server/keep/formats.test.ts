/**
 * Databases as every released version of the program left them. A new step of the schema needs a new fixture:
 * PARTA_WRITE_FIXTURES=1 npx vitest run sync-server/keep/formats.test.ts writes the missing one; the old ones stay.
 * No program of the first two formats was kept: theirs are what the steps up to there make, with the rows of the third.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { editKey, idOf } from '#shared/feed/shape.ts';
import { openSqlite } from '../store/sqlite/sqlite-store.ts';
import { loadYjs } from './load-yjs.ts';
import { ANNA, folder, MASHA, placeOf, smallSchool } from './school.fixture.ts';
import { snapshotDatabase } from './snapshot.ts';

const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url));
const DOC = 'chat/7a/feed/1';

it('[R656] the present format has its fixture', async () => {
  const made = await presentDatabase();
  const file = join(FIXTURES, `rooms-${versionOf(made)}.db.gz`);
  if (!existsSync(file) && process.env.PARTA_WRITE_FIXTURES) {
    writeFileSync(file, gzipSync(readFileSync(made)));
  }
  expect(existsSync(file), `${file} is missing: see the head of this test`).toBe(true);
});

it.each(fixturesOf('rooms'))('[R656] %s opens and reads as it did', async (name) => {
  const file = join(folder(), 'parta.sqlite');
  writeFileSync(file, gunzipSync(readFileSync(join(FIXTURES, name))));
  const store = await openSqlite({ file });
  const { doc } = await loadYjs(store, DOC);
  const messages = [...doc.getMap('messages').values()] as { text: string }[];
  expect(messages.map((message) => message.text).toSorted()).toEqual(['Параграф 12', 'Что задали?']);
  expect([...doc.getMap('edits').values()]).toMatchObject([{ text: 'Параграф 13' }]);
  expect(await store.room('chat/7a', 0)).toMatchObject({ seq: 4, head: 1, since: 0 });
  expect((await store.places(DOC, 0)).map(({ kind, text }) => [kind, text])).toEqual([
    ['message', 'Что задали?'],
    ['message', 'Параграф 12'],
    ['edit', 'Параграф 13'],
  ]);
  expect((await loadYjs(store, 'chat/7a/pins')).doc.getMap('pins').size).toBe(1);
  expect(await store.leasesOf('masha')).toHaveLength(2);
  await store.close();
});

async function presentDatabase(): Promise<string> {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Что задали?');
  const answer = await school.say('7a', ANNA, 'Параграф 12');
  const edit = idOf(ANNA, 90);
  await school.write(
    DOC,
    ANNA,
    (doc) => doc.getMap('edits').set(editKey(answer, edit), { at: 1, text: 'Параграф 13' }),
    { places: [placeOf(DOC, edit, 'edit', answer, ANNA, 'Параграф 13')] },
  );
  await school.write('chat/7a/pins', ANNA, (doc) => doc.getMap('pins').set(answer, { by: 'anna', at: 1 }));
  await school.store.grant('masha', 2, school.fence);
  await school.close();
  const copy = join(folder(), 'copy.db');
  snapshotDatabase(join(school.data, 'parta.sqlite'), copy);
  return copy;
}

function fixturesOf(kind: string): string[] {
  return readdirSync(FIXTURES).filter((name) => name.startsWith(`${kind}-`));
}

function versionOf(file: string): number {
  const db = new Sqlite(file, { readonly: true });
  try {
    return db.pragma('user_version', { simple: true }) as number;
  } finally {
    db.close();
  }
}
