import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backup } from './backup.ts';
import { restore } from './restore.ts';
import { folder, MASHA, smallSchool } from './school.fixture.ts';

it('[R653] a backup that takes a database outside itself for its rooms is refused, and that one stays as it was', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Здравствуйте');
  await school.close();
  const home = folder();
  const made = await backup({ data: school.data, to: join(home, 'backups'), maxAgeDays: 30 });
  const other = join(home, 'of-another-school.sqlite');
  copyFileSync(join(school.data, 'parta.sqlite'), other);
  const before = readFileSync(other);
  const manifest = join(made.backup, 'manifest.json');
  const forged = { ...JSON.parse(readFileSync(manifest, 'utf8')), log: '../of-another-school.sqlite' };
  writeFileSync(manifest, JSON.stringify(forged));
  const to = join(home, 'data');
  await expect(restore({ from: made.backup, to, force: false })).rejects.toThrow(/no database of rooms/);
  expect(readFileSync(other).equals(before)).toBe(true);
  expect([existsSync(to), existsSync(`${other}-wal`)]).toEqual([false, false]);
});
