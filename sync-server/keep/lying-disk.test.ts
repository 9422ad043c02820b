/** A disk that keeps something else than it was given: what a backup is read back for. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { announcedAt } from './announce.ts';
import { backup } from './backup.ts';
import { folder, MASHA, smallSchool } from './school.fixture.ts';

/** Once a backup has its name, a byte in the middle of its rooms is another one. */
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    renameSync(from: string, to: string) {
      fs.renameSync(from, to);
      const rooms = join(to, 'data', 'parta.sqlite');
      if (!basename(to).startsWith('parta-')) return;
      const bytes = readFileSync(rooms);
      const at = bytes.indexOf('Привет');
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(rooms, bytes);
    },
  };
});

it('[R629] a backup that the disk did not keep as it was written is announced to nobody', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  await school.close();
  const to = folder();
  await expect(backup({ data: school.data, to, maxAgeDays: 30 })).rejects.toThrow('is damaged');
  expect(announcedAt(join(school.data, 'parta.sqlite'))).toBe(0);
});
