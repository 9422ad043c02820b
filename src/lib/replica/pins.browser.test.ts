import { afterEach, beforeEach, expect, test } from 'vitest';
import { enter, message, openSchool, settled, type TestSchool, until } from './testing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test('[R409] what Anna Petrovna and Igor Lvovich pin without hearing of each other stands pinned for both', async () => {
  const [anna, igor] = [await school.device('anna'), await school.device('igor')];
  const [hers, his] = [await enter(anna, 'news'), await enter(igor, 'news')];
  await settled(anna, hers);
  for (const text of ['Каникулы с пятницы', 'Собрание в среду']) await school.say('elena', 'news', text);
  await until([anna, igor], 'both are read', () =>
    [hers, his].every((chat) => chat.messages().at(-1)?.text === 'Собрание в среду'),
  );
  await school.cut();
  await until([anna, igor], 'offline', () => anna.line.at !== 'online' && igor.line.at !== 'online');
  const [holidays, meeting] = [message(hers, 'Каникулы с пятницы').id, message(his, 'Собрание в среду').id];
  expect([await hers.pin(holidays), await his.pin(meeting)]).toMatchObject([{ ok: true }, { ok: true }]);
  await school.mend();
  for (const device of [anna, igor]) device.wake();
  const both = [holidays, meeting].sort();
  await until([anna, igor], 'both stand', () =>
    [hers, his].every(
      (chat) =>
        String(
          chat
            .pins()
            .map((pin) => pin.message)
            .toSorted(),
        ) === String(both),
    ),
  );
  await until([anna, igor], 'all is sent', () => anna.unsent === 0 && igor.unsent === 0);
  expect([anna.refused(), igor.refused()]).toEqual([[], []]);
});
