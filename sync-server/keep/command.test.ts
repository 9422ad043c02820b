/** What the commands say when the disk, or a word of the person at the console, is wrong. */
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../../tests/support/programs.ts';
import { mayMount, smallDisk } from '../../tests/support/small-disk.ts';
import { backup } from './backup.ts';
import { erasePerson } from './erase.ts';
import { exportSchool } from './export/export.ts';
import { folder, MASHA, smallSchool } from './school.fixture.ts';

it('[R670] a file where a folder was named, and a place where none can be made, are sentences', async () => {
  const { data } = await stoppedSchool();
  const made = await backup({ data, to: folder(), maxAgeDays: 30 });
  const file = join(folder(), 'file');
  writeFileSync(file, '');
  for (const to of [file, join(file, 'below'), '/proc/nothing'])
    for (const words of [
      ['backup.ts', '--data', data, '--to', to],
      ['export.ts', '--data', data, '--to', to],
      ['restore.ts', '--from', made.backup, '--to', to],
    ])
      expect(sentenceOf(words)).toMatch(/Name another one\.$/);
  expect(sentenceOf(['backup.ts', '--data', file, '--to', folder()])).toMatch(/Name another one\.$/);
});

it('[R643] a copy into the data folder itself is refused, by a link too, and makes no folder there', async () => {
  const { data } = await stoppedSchool();
  const link = join(folder(), 'link');
  symlinkSync(data, link);
  const below = [join(data, 'backups'), join(link, 'below', 'backups')];
  for (const to of [data, ...below])
    await expect(backup({ data, to, maxAgeDays: 30 })).rejects.toThrow('Name another one.');
  for (const to of below) await expect(exportSchool({ data, to })).rejects.toThrow('Name another one.');
  expect(readdirSync(data).filter((name) => /backups|below|partial/.test(name))).toEqual([]);
  await backup({ data, to: join(folder(), '..backups'), maxAgeDays: 30 });
});

it.runIf(mayMount)('[R655] a full disk is named where it is full, and nothing is left on it', async () => {
  const { data } = await stoppedSchool('длинно '.repeat(100_000));
  const made = await backup({ data, to: folder(), maxAgeDays: 30 });
  const small = smallDisk(1);
  for (const words of [
    ['backup.ts', '--data', data, '--to', join(small, 'backups')],
    ['export.ts', '--data', data, '--to', join(small, 'export')],
    ['restore.ts', '--from', made.backup, '--to', join(small, 'data')],
  ]) {
    const says = sentenceOf(words);
    expect(says).toMatch(/^The disk .*is full/);
    expect(says).toContain(small);
    expect(says).not.toContain(data);
  }
  expect(readdirSync(small, { recursive: true })).toEqual(['backups']);
});

it('[R645] only who is known is erased: no word of the language is a person', async () => {
  const { data } = await stoppedSchool();
  for (const person of ['toString', '__proto__', 'constructor'])
    await expect(erasePerson(data, person, 1)).rejects.toThrow(`Nobody has the id «${person}».`);
});

async function stoppedSchool(text = 'Привет') {
  const school = await smallSchool();
  await school.say('7a', MASHA, text);
  await school.close();
  return school;
}

/** What a command that ends with an error says, in one line. */
function sentenceOf([program, ...words]: string[]): string {
  const { status, stderr } = runProgram([`sync-server/${program}`, ...words]);
  expect([status, stderr]).toEqual([1, expect.not.stringMatching(/\n\s+at /)]);
  return stderr.trim();
}
