/** `npm run link [-- --person ID] [--data FOLDER]` */
import './refuse-windows.mjs';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dataFolder, readWords, run } from './keep/command.ts';
import { makeLink } from './keep/link.ts';
import { Trouble } from './keep/trouble.ts';
import { readSettings } from './settings.ts';

const USAGE =
  'Usage: npm run link [-- --person ID] [--data FOLDER] (a part of the name shows the id; without it: an administrator)';

await run(async () => {
  const words = readWords({ person: { type: 'string' }, data: { type: 'string' } } as const, USAGE);
  const data = dataFolder(words.data);
  // Reading settings makes the folder: a link is made for a school that is there.
  const read = readSettings({ ...process.env, PARTA_DATA: existsSync(data) ? data : tmpdir() });
  if (!read.ok) throw new Trouble(read.problems.join('\n'));
  const { origin } = read.settings;
  const { link, person, name } = await makeLink({ data, origin, person: words.person });
  console.log(`${name ?? person} signs in once, within a week, with this link:\n${link}`);
  return 0;
});
