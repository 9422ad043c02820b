import * as encoding from 'lib0/encoding';
import { expect, test } from 'vitest';
import type { Json } from '#shared/ops/op.ts';
import { Reader } from './reader.ts';

const BOUNDS = { jsonDepthMax: 6, jsonNodesMax: 100 };

test.each<[Json]>([
  [{ by: 'masha', at: 1_760_000_000_000, text: 'Привет 😀', deep: [1, -5, 0.5, null, true, false, ''] }],
  [-64],
  [2 ** 31],
  [-(2 ** 40)],
  ['\ufeffс меткой порядка'],
  ['знак замены \ufffd'],
])('[R102] %j is read as lib0 wrote it', (value) => {
  const to = encoding.createEncoder();
  encoding.writeAny(to, value as never);
  const reader = new Reader(encoding.toUint8Array(to), BOUNDS);
  expect(reader.json()).toEqual(value);
  expect(reader.fault).toBe(undefined);
  expect(reader.rest).toBe(0);
});

test.each([
  ['NaN', [123, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]],
  ['infinity in four bytes', [124, 0x7f, 0x80, 0, 0]],
  ['half a character', [119, 1, 0xd0]],
  ['an overlong character', [119, 2, 0xc0, 0x80]],
  ['a lone surrogate', [119, 3, 0xed, 0xa0, 0x80]],
  ['nothing', []],
])('[R102] %s is no value', (_what, bytes) => {
  const reader = new Reader(Uint8Array.from(bytes), BOUNDS);
  reader.json();
  expect(reader.fault).toBeDefined();
});

test('[R101] after the first fault nothing more is read', () => {
  const reader = new Reader(Uint8Array.from([5, 5, 5]), BOUNDS);
  reader.fail('enough');
  expect([reader.uint(), reader.count(1), reader.rest]).toEqual([0, 0, 0]);
  expect(reader.fault).toEqual({ code: 'malformed', says: 'enough' });
});
