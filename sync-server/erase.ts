/** `npm run erase -- --person ID [--data FOLDER]` */
import './refuse-windows.mjs';
import { dataFolder, needed, readWords, run } from './keep/command.ts';
import { erasePerson } from './keep/erase.ts';

const USAGE = 'Usage: npm run erase -- --person ID [--data FOLDER] (a part of the name shows the id)';

await run(async () => {
  const words = readWords({ person: { type: 'string' }, data: { type: 'string' } } as const, USAGE);
  const person = needed(words.person, USAGE);
  const { noted } = await erasePerson(dataFolder(words.data), person, Date.now());
  console.log('Erased: name, account, marks and settings. What they wrote to others stays, without a name.');
  console.log('An administrator still takes their role away in the app.');
  if (noted) console.log(`A restore of what is in ${noted} erases them again.`);
  else
    console.log(
      'The folder of backups is not there: make a backup now, so that a restore erases them again.',
    );
  return 0;
});
