import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

test('[R646] the demo school lies beside the folder of a real one, and in no backup of it', () => {
  const read = readOptions([]);
  expect(read.ok && relative('data', read.options.data)).toMatch(/^\.\./);
});
