import { afterEach, expect, test } from 'vitest';
import { type Disks, openDisks } from './disk.ts';
import { keepPiece } from './pieces.ts';
import { settlePiece, waitingPieces } from './returned.ts';
import { wipe } from './wipe.ts';

let disks: Disks;
afterEach(async () => {
  for (const disk of [disks.strict, disks.relaxed]) disk.close();
  await wipe('masha');
});

const told = (clock: number, text: string, near = 'Утро.') =>
  [
    { kind: 'swallowed', doc: 'paper/x', lease: 7, clock, length: text.length, text, near } as const,
    text,
  ] as const;

test('[R252] what Masha lost stands once, joined, however often it is told; what she dealt with stays away', async () => {
  disks = await openDisks('masha', () => {});
  const disk = disks.strict;
  const hear = (clock: number, text: string) => keepPiece(disk, 'x', ...told(clock, text));
  const texts = async () => (await waitingPieces(disk, 'x')).map(({ text }) => text);
  expect(await hear(10, 'Шёл')).toBe('kept');
  expect(await hear(13, ' ')).toBe('kept');
  expect(await hear(14, 'снег')).toBe('kept');
  expect(await texts()).toEqual(['Шёл снег']);
  expect(await hear(10, 'Шёл снег')).toBe('known');
  expect(await hear(10, 'Шёл снег и дождь')).toBe('kept');
  expect(await texts()).toEqual(['Шёл снег и дождь']);
  const [piece] = await waitingPieces(disk, 'x');
  expect(await settlePiece(disk, piece?.id ?? '')).toEqual({ lease: 7, clock: 10, length: 16 });
  expect(await texts()).toEqual([]);
  expect(await hear(10, 'Шёл снег и дождь')).toBe('done');
  expect(await hear(10, 'Шёл снег и дождь, потом')).toBe('kept');
  expect(await texts()).toEqual([', потом']);
});
