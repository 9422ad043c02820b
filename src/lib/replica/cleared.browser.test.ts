/** The browser clears what Parta holds, under a tab that is open. */
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { cdp } from 'vitest/browser';
import { diskName, openDisks } from './disk.ts';
import { openPaper, shared } from './paper-testing.ts';
import { enter, openSchool, settled, type TestSchool, texts, until } from './testing.ts';
import { lastRun, type } from './typing.ts';
import { wipe } from './wipe.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

async function clearStorage(): Promise<void> {
  const session = cdp() as unknown as { send(method: string, of: object): Promise<void> };
  await session.send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' });
}

/** What leaving says before it waits. */
function wakeOf(person: string): Promise<void> {
  const channel = new BroadcastChannel(diskName(person));
  onTestFinished(() => channel.close());
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      if (data.say === 'wake') resolve();
    };
  });
}

/** What the disks of Masha's tab said of their end. */
async function disksOf() {
  const ended: string[] = [];
  const disks = await openDisks('masha', (how) => ended.push(how));
  onTestFinished(async () => {
    for (const disk of [disks.strict, disks.relaxed]) disk.close();
    await wipe('masha');
  });
  return { ended, disks };
}

test('[R859] a tab whose storage was cleared says so, takes nothing for kept or sent, and gives what it still knows', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('Котелок за мной');
  chat.setDraft('А ложки');
  await clearStorage();
  await until(masha, 'cleared', () => masha.disk === 'cleared');
  expect(await chat.say('Ещё')).toEqual({ ok: false, code: 'storage-failed' });
  await school.mend();
  masha.wake();
  expect(masha.disk).toBe('cleared');
  expect(masha.unsent).toBe(1);
  expect(texts(chat)).toEqual(['Здравствуйте', 'Котелок за мной']);
  const held = JSON.parse(await masha.exportAll());
  expect(held.unsent).toMatchObject([{ room: 'chat/7a', intent: { text: 'Котелок за мной' } }]);
  expect(held.drafts).toEqual([{ name: '7a', text: 'А ложки' }]);
  expect(held.chats['7a']).toMatchObject([{ text: 'Здравствуйте' }, { text: 'Котелок за мной' }]);
  expect(await masha.signOut('wait')).toMatchObject({ at: 'unsent', count: 1 });

  // The tab is loaded anew.
  const again = await school.device('masha');
  const there = await enter(again, '7a');
  await settled(again, there);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'Здравствуйте']);
});

test('[R859] what was typed in a paper is in the file of a tab whose storage was cleared', async () => {
  const masha = await school.device('masha');
  const paper = await openPaper(masha, await shared(masha));
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  type(paper, 'Берём палатки');
  await paper.flush();
  await clearStorage();
  await until(masha, 'cleared', () => masha.disk === 'cleared');
  expect(lastRun(paper.doc.getXmlFragment('body'))?.toString()).toBe('Берём палатки');
  expect(JSON.parse(await masha.exportAll()).papers[paper.id].xml).toContain('Берём палатки');
});

test('[R859] who leaves when the storage was cleared takes along what the tab knows', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('Котелок за мной');
  await clearStorage();
  await until(masha, 'cleared', () => masha.disk === 'cleared');
  const left = await masha.signOut('export');
  expect(left.at === 'gone' && left.exported).toContain('Котелок за мной');
});

test('[R883] who leaves when the storage was cleared is asked about words that this tab alone has', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await clearStorage();
  await until(masha, 'cleared', () => masha.disk === 'cleared');
  chat.setDraft('А ложки');
  expect(await masha.signOut('wait')).toEqual({ at: 'unsent', count: 0, here: 1, papers: [] });
  const left = await masha.signOut('export');
  expect(left.at === 'gone' && left.exported).toContain('А ложки');
});

test('[R883] storage that goes while leaving waits for the school is no reason to leave without an answer', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.deafen();
  await chat.say('Котелок за мной');
  const heard = wakeOf('masha');
  const leaving = masha.signOut('wait');
  await heard;
  indexedDB.deleteDatabase(diskName('masha'));
  expect(await leaving).toMatchObject({ at: 'unsent', count: 1 });
});

test('[R859] what is written after the storage was cleared goes into no empty database', async () => {
  const { ended, disks } = await disksOf();
  await clearStorage();
  await expect.poll(() => ended).toContain('cleared');
  for (const disk of [disks.strict, disks.relaxed]) {
    disk.close({ disableAutoOpen: false });
    await expect(disk.kv.put({ key: 'draft/7a', value: 'А ложки' })).rejects.toThrow();
  }
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(diskName('masha'));
});

test('[R859] a database that the browser closed for reasons of its own is opened again, and nothing is said', async () => {
  const { ended, disks } = await disksOf();
  await disks.strict.kv.put({ key: 'draft/7a', value: 'А ложки' });
  for (const disk of [disks.strict, disks.relaxed, disks.strict]) {
    disk.backendDB().dispatchEvent(new Event('close'));
    expect(await disk.kv.get('draft/7a')).toEqual({ key: 'draft/7a', value: 'А ложки' });
  }
  expect(ended).toEqual([]);
});

test('[R859] a database that was made anew by another tab is none that this one can go on with', async () => {
  const { ended, disks } = await disksOf();
  await disks.strict.kv.put({ key: 'born', value: 'later' });
  disks.relaxed.backendDB().dispatchEvent(new Event('close'));
  await expect.poll(() => ended).toEqual(['cleared']);
});
