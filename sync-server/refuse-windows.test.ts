import { expect, test } from 'vitest';
import { newFolder, runProgram } from '../tests/support/programs.ts';

const ON_WINDOWS = `data:text/javascript,Object.defineProperty(process,'platform',{value:'win32'})`;

const PROGRAMS = [
  ...['main', 'demo', 'backup', 'restore', 'erase', 'export', 'doctor'].map(
    (name) => `sync-server/${name}.ts`,
  ),
  'scripts/bootstrap.mjs',
];
test.each(PROGRAMS)('[R608] on Windows %s says where Parta runs, and does nothing', (program) => {
  const data = newFolder();
  const { status, stdout, stderr } = runProgram(['--import', ON_WINDOWS, program], {
    PARTA_DATA: `${data}/none`,
  });
  expect([status, stdout, stderr.trim().split('\n')]).toEqual([1, '', [expect.stringContaining('WSL')]]);
});
