/**
 * Every released form of the database opens with the present code. `fixtures/disk-<version>.json` holds the rows of a
 * device as that version wrote them; a new one is written with `VITE_WRITE_DISK=1 npx vitest run formats.browser`.
 */
import { Dexie } from 'dexie';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { Disk, diskName } from './disk.ts';
import { enter, message, openSchool, rowsOf, settled, type TestSchool, texts, until } from './testing.ts';

interface Kept {
  version: number;
  stores: Record<string, string>;
  rows: Record<string, unknown[]>;
}

const KEPT = import.meta.glob<Kept>('./fixtures/disk-*.json', { eager: true, import: 'default' });

/** Masha's chat with her mother. */
const OTHER = 'olga.masha';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test.runIf(import.meta.env.VITE_WRITE_DISK)('writes down what a device holds today', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  const other = await enter(masha, OTHER);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('Этого тогда было нельзя');
  const onlyStaff = { ...DEFAULT_MATRIX, write: 'staff' } as const;
  await school.on('setMatrix', '7a', DEFAULT_MATRIX, onlyStaff);
  await school.mend();
  masha.wake();
  await until(masha, 'refused', () => masha.refused().length === 1);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await other.say('Ждёт связи');
  chat.setDraft('Не дописано');
  await masha.close();
  const disk = await new Disk('masha', 'relaxed').open();
  const stores = Object.fromEntries(disk.tables.map(({ name, schema }) => [name, sourceOf(schema)]));
  const kept: Kept = { version: disk.verno, stores, rows: Object.fromEntries(await rowsOf('masha')) };
  disk.close();
  const text = JSON.stringify(
    kept,
    (_key, value) => (value instanceof Uint8Array ? toText(value) : value),
    1,
  );
  await commands.writeFile(`src/lib/replica/fixtures/disk-${kept.version}.json`, `${text}\n`);
  expect(kept.rows.outbox).not.toEqual([]);
});

test.for(Object.entries(KEPT))(
  '[R443] a database as %s has it opens, and what waits in it arrives',
  async ([, { version, stores, rows }]) => {
    await school.cut();
    const old = new Dexie(diskName('masha'));
    old.version(version).stores(stores);
    for (const [name, all] of Object.entries(rows)) await old.table(name).bulkAdd(all.map(withBytes));
    old.close();

    const masha = await school.device('masha');
    const chat = await enter(masha, '7a');
    const other = await enter(masha, OTHER);
    expect(texts(chat)).toEqual(['Здравствуйте']);
    expect(texts(other)).toEqual(['Ждёт связи']);
    expect(message(chat, 'Здравствуйте').state).toBe('sent');
    expect(chat.draft).toBe('Не дописано');
    expect(masha.refused()).toMatchObject([{ text: 'Этого тогда было нельзя', code: 'chat-is-read-only' }]);
    const first = message(chat, 'Здравствуйте').id;
    // Another school knows nothing of this device: to it, it is a relay that lost everything.
    await school.mend();
    masha.wake();
    await until(masha, 'made anew', () =>
      chat.messages().some(({ text, id }) => text !== '' && id !== first),
    );
    await until(masha, 'sent', () => masha.unsent === 0);
    expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте']);
    expect(await school.texts('masha', OTHER)).toEqual(['Ждёт связи']);
  },
);

function sourceOf({ primKey, indexes }: Dexie['tables'][number]['schema']): string {
  return [primKey, ...indexes].map(({ src }) => src).join(', ');
}

function toText(bytes: Uint8Array): { bytes: string } {
  return { bytes: btoa(String.fromCharCode(...bytes)) };
}

/** The row with its bytes as they were. */
function withBytes(row: unknown): unknown {
  return JSON.parse(JSON.stringify(row), (_key, value) => {
    const isText = typeof value?.bytes === 'string' && Object.keys(value).length === 1;
    return isText ? Uint8Array.from(atob(value.bytes), (char) => char.charCodeAt(0)) : value;
  });
}
