/** `npm run export -- --to FOLDER [--data FOLDER]` */
import './refuse-windows.mjs';
import { dataFolder, needed, readWords, run } from './keep/command.ts';
import { exportSchool } from './keep/export/export.ts';

const USAGE = 'Usage: npm run export -- --to FOLDER [--data FOLDER]';

await run(async () => {
  const words = readWords({ to: { type: 'string' }, data: { type: 'string' } } as const, USAGE);
  const to = needed(words.to, USAGE);
  const done = await exportSchool({ data: dataFolder(words.data), to });
  const messages = done.chats.reduce((sum, chat) => sum + chat.messages, 0);
  console.log(`${to}: ${done.chats.length} chats, ${messages} messages, ${done.papers.length} papers`);
  for (const { doc, why } of done.damaged) console.error(`could not be read: ${doc} (${why})`);
  return done.damaged.length > 0 ? 1 : 0;
});
