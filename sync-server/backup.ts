/** `npm run backup -- --to FOLDER [--max-age 30d] [--data FOLDER]` */
import './refuse-windows.mjs';
import { MAX_AGE_DAYS_DEFAULT, readAge } from './keep/age.ts';
import { backup } from './keep/backup.ts';
import { dataFolder, needed, readWords, run } from './keep/command.ts';
import { MANIFEST } from './keep/manifest.ts';

const USAGE = `Usage: npm run backup -- --to FOLDER [--max-age ${MAX_AGE_DAYS_DEFAULT}d] [--data FOLDER]`;

await run(async () => {
  const options = {
    to: { type: 'string' },
    data: { type: 'string' },
    'max-age': { type: 'string' },
  } as const;
  const words = readWords(options, USAGE);
  const age = words['max-age'];
  const done = await backup({
    data: dataFolder(words.data),
    to: needed(words.to, USAGE),
    maxAgeDays: age === undefined ? MAX_AGE_DAYS_DEFAULT : readAge(age),
  });
  console.log(`${done.backup}: ${done.files} files, ${(done.bytes / 1e6).toFixed(1)} MB`);
  if (!done.announced)
    console.log('It is whole, but the database was busy: devices keep what it holds until the next backup.');
  for (const old of done.removed) console.log(`removed, over the age: ${old}`);
  for (const old of done.unread)
    console.log(`kept, its ${MANIFEST} cannot be read: ${old}. Remove it yourself once it is over the age.`);
  return 0;
});
