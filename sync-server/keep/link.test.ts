import { expect, it, onTestFinished } from 'vitest';
import { signIn } from '../../tests/support/programs.ts';
import { freePort } from '../../tests/support/served-school.ts';
import { createLog } from '../monitoring/log.ts';
import { foundSchool } from '../registry/founding.ts';
import { NAMES, smallRegistry } from '../registry/school.fixture.ts';
import { type Started, start } from '../start.ts';
import { backup } from './backup.ts';
import { checkSecret } from './doctor/folder.ts';
import { erasePerson } from './erase.ts';
import { makeLink } from './link.ts';
import { restore } from './restore.ts';
import { folder } from './school.fixture.ts';

it('[R642] whom another secret signed out comes in by a link that was made beside the running relay', async () => {
  const { data, origin, open } = await school();
  const first = await open();
  const lost = await signIn(origin, await first.accounts.link('masha'));
  expect(await personOf(origin, lost)).toBe('masha');
  await first.stop();
  await open('another secret '.repeat(4));
  expect(await personOf(origin, lost)).toBeUndefined();
  const { link, person, name } = await makeLink({ data, origin, person: undefined });
  expect([smallRegistry().members[person]?.role, name]).toEqual(['admin', NAMES[person]]);
  expect(await personOf(origin, await signIn(origin, link))).toBe(person);
  const named = await makeLink({ data, origin, person: 'masha' });
  expect(await personOf(origin, await signIn(origin, named.link))).toBe('masha');
});

it('[R642] no link is made for a stranger, for who was erased, or where no school is', async () => {
  const { data, origin, open } = await school();
  await (await open()).stop();
  const part = NAMES.masha?.split(' ')[0]?.toUpperCase() ?? '';
  await expect(makeLink({ data, origin, person: part })).rejects.toThrow('--person masha');
  await expect(makeLink({ data, origin, person: 'toString' })).rejects.toThrow('Nobody has the id');
  const { person } = await makeLink({ data, origin, person: undefined });
  await erasePerson(data, person, Date.now());
  await expect(makeLink({ data, origin, person })).rejects.toThrow('Nobody has the id');
  await expect(makeLink({ data: folder(), origin, person })).rejects.toThrow('holds no school');
});

it('[R642] a secret that is missing is named beside accounts, and nowhere else', async () => {
  const { data, origin, open } = await school();
  const started = await open('s'.repeat(43));
  expect(checkSecret(data, false)).toEqual([]);
  await signIn(origin, await started.accounts.link('masha'));
  expect(checkSecret(data, false)).toMatchObject([
    { level: 'bad', todo: expect.stringContaining('npm run link') },
  ]);
  expect(checkSecret(data, true)).toEqual([]);
});

it('[R551] a link that was used after a backup opens nothing when that one is put back', async () => {
  const { data, origin, open } = await school();
  const first = await open();
  const link = await first.accounts.link('masha');
  const { backup: from } = await backup({ data, to: folder(), maxAgeDays: 30 });
  await signIn(origin, link);
  await first.stop();
  await restore({ from, to: data, force: true });
  const { accounts } = await open();
  const again = await accounts.redeem(link.split('#')[1] ?? '', new Headers());
  expect(again).toEqual({ ok: false, code: 'link-gone' });
});

/** The small school on a folder and a port of its own, to be opened with one secret and then with another. */
async function school() {
  const [data, port] = [folder(), await freePort()];
  const origin = `http://localhost:${port}`;
  const open = async (secret?: string): Promise<Started> => {
    const log = createLog(() => undefined);
    const started = await start({
      ...{ dataDir: data, port, host: '127.0.0.1', origin, secret, log },
      async found(store, people) {
        people.put(Object.entries(NAMES).map(([person, name]) => ({ person, name })));
        await foundSchool(store, smallRegistry(), Date.now());
      },
    });
    let isStopped = false;
    const stop = async () => {
      if (!isStopped) await started.stop();
      isStopped = true;
    };
    onTestFinished(stop);
    return { ...started, stop };
  };
  return { data, origin, open };
}

async function personOf(origin: string, cookie: string): Promise<string | undefined> {
  const answer = await fetch(`${origin}/api/session`, { headers: { cookie } });
  return ((await answer.json()) as { person?: string }).person;
}
