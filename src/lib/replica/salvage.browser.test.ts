import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { enter, openSchool, rowsOf, settled, type TestSchool, until } from './testing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

/** Opens no database as it is asked for; `asItIs`: one that is asked for without a version opens. */
function breakStorage({ asItIs }: { asItIs: boolean }): () => void {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function broken(name, version) {
    if (asItIs && version === undefined) return open.call(this, name);
    throw new DOMException('broken', 'UnknownError');
  };
  const mend = () => {
    IDBFactory.prototype.open = open;
  };
  onTestFinished(mend);
  return mend;
}

async function writeOffline(): Promise<void> {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('Написано вчера');
  await masha.close();
}

test('[R726] a storage that does not open as asked is read as it is: the file holds what is unsent, leaving says that it stays', async () => {
  await writeOffline();
  const before = await rowsOf('masha');
  const mend = breakStorage({ asItIs: true });
  const masha = await school.device('masha');
  expect(masha.disk).toBe('failed');
  expect(JSON.parse(await masha.exportAll())).toMatchObject({
    person: 'masha',
    chats: { '7a': [{ text: 'Здравствуйте' }, { text: 'Написано вчера' }] },
    unsent: [{ intent: { text: 'Написано вчера' } }],
  });
  expect(await masha.signOut('wait')).toEqual({ at: 'stays' });
  expect(await masha.signOut('export')).toMatchObject({
    at: 'gone',
    exported: expect.stringContaining('Написано вчера'),
  });
  mend();
  expect(await rowsOf('masha')).toEqual(before);
});

test('[R726] of a storage that does not open at all the file holds what is noted beside it', async () => {
  await writeOffline();
  localStorage.setItem('parta-typed/masha/draft/7a', JSON.stringify('Недописанное'));
  localStorage.setItem('parta-typed/petya/draft/7a', JSON.stringify('Чужое'));
  onTestFinished(() => localStorage.removeItem('parta-typed/petya/draft/7a'));
  const mend = breakStorage({ asItIs: false });
  const masha = await school.device('masha');
  expect(JSON.parse(await masha.exportAll())).toEqual({
    person: 'masha',
    noted: [{ name: 'draft/7a', words: 'Недописанное' }],
  });
  mend();
});
