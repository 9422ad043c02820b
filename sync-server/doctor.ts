/** `npm run doctor [-- --data FOLDER]`: what is wrong with this installation, and what to do. */
import './refuse-windows.mjs';
import { fileURLToPath } from 'node:url';
import { dataFolder, readWords, run } from './keep/command.ts';
import { examine, report } from './keep/doctor/doctor.ts';

await run(async () => {
  const words = readWords({ data: { type: 'string' } } as const, 'Usage: npm run doctor [-- --data FOLDER]');
  const build = fileURLToPath(new URL('../build', import.meta.url));
  const data = dataFolder(words.data);
  const findings = await examine({ env: process.env, data, build, now: Date.now() });
  console.log(report(findings));
  const count = (level: string) => findings.filter((finding) => finding.level === level).length;
  console.log(`\n${count('bad')} to mend, ${count('warn')} to know`);
  return count('bad') > 0 ? 1 : 0;
});
