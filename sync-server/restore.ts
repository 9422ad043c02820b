/** `npm run restore -- --from BACKUP [--to DATA] [--force]` */
import './refuse-windows.mjs';
import { dataFolder, needed, readWords, run } from './keep/command.ts';
import { restore } from './keep/restore.ts';

const USAGE = 'Usage: npm run restore -- --from BACKUP [--to DATA] [--force]';

await run(async () => {
  const options = { from: { type: 'string' }, to: { type: 'string' }, force: { type: 'boolean' } } as const;
  const words = readWords(options, USAGE);
  const to = dataFolder(words.to);
  const done = await restore({ from: needed(words.from, USAGE), to, force: words.force === true });
  console.log(`${to} is as it was at ${done.at}. Start the relay: devices bring what they hold beyond that.`);
  if (done.forgotten > 0)
    console.log(`${done.forgotten} messages that were deleted since are deleted again.`);
  if (done.erased > 0) console.log(`${done.erased} people who were erased since are erased again.`);
  if (done.aside) console.log(`What stood there is now in ${done.aside}.`);
  return 0;
});
