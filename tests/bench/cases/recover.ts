// From the relay's no to a view that equals the relay's, with two hundred intents of the author still to be answered.
import { type BenchedSchool, withSchool } from '../browser/school.ts';
import { type Visitor, withVisitor } from '../browser/visitor.ts';
import type { BenchCase } from '../support/bench-case.ts';
import { OURS, rowOf } from '../support/row.ts';

const ROUNDS = { full: 3, quick: 1 };
const PENDING = 200;
const RECOVER_MS_MAX = 100;
const CHAT = 'news';
const FIRST = 'Контрольная в пятницу';

export const recover: BenchCase = {
  id: 'recover',
  needsPeers: false,
  needsApp: true,
  budgetSeconds: { full: 120, quick: 40 },
  async run(bench) {
    const shown: number[] = [];
    const stored: number[] = [];
    for (let round = 0; round < ROUNDS[bench.quick ? 'quick' : 'full']; round++) {
      const took = await withSchool({ kind: 'chats', chats: 0, messages: 0 }, (school) =>
        withVisitor((anna) => measure(school, anna)),
      );
      shown.push(took.shown);
      stored.push(took.stored);
    }
    const load = `${PENDING} pending intents`;
    return [
      rowOf(
        { id: 'recover', what: `the refusal came in → its author sees it and the rest, ${load}`, unit: 'ms' },
        { [OURS]: shown },
        { ratioTo: null, max: RECOVER_MS_MAX },
      ),
      rowOf(
        {
          id: 'recover/outbox',
          what: `of it: judging and making the outbox again on disk, ${load}`,
          unit: 'ms',
        },
        { [OURS]: stored },
      ),
    ];
  },
};

/** Anna Petrovna pins and writes in a tunnel; meanwhile Elena Viktorovna lets only administrators pin. */
async function measure(school: BenchedSchool, anna: Visitor): Promise<{ shown: number; stored: number }> {
  const { page } = anna;
  await anna.enter(await school.link('anna'));
  await page.goto(`${school.origin}/chats/${CHAT}`);
  await field(anna).fill(FIRST);
  await field(anna).press('Enter');
  await page.getByRole('article', { name: 'Отправлено' }).waitFor();
  school.wire.cut();
  await page.getByRole('article', { name: FIRST }).click({ button: 'right' });
  await page.getByRole('button', { name: 'Закрепить' }).click();
  await page.getByRole('button', { name: 'Закреплённое сообщение' }).waitFor();
  await writeMany(anna);
  await withVisitor((elena) => onlyAdministratorsPin(school, elena));
  const seen = page.evaluate((last) => {
    const isThere = () =>
      document.querySelector('ul[aria-label="Не принято"] li') !== null &&
      document.querySelector('[aria-label^="Закреплённое сообщение"]') === null &&
      ([...document.querySelectorAll('[role="log"] article')].at(-1)?.textContent?.includes(last) ?? false);
    return window.bench.painted(isThere).then((at) => at - (window.bench.refusedAt[0] ?? Number.NaN));
  }, textOf(PENDING));
  school.wire.mend();
  const shown = await seen;
  const stored = await page.evaluate(
    () => performance.getEntriesByName('parta:recover').at(-1)?.duration ?? Number.NaN,
  );
  await page.getByText(/Не отправлено/).waitFor({ state: 'hidden' });
  return { shown, stored };
}

/** As fast as the page takes it: two hundred presses of real keys would take longer than the rest of the row. */
async function writeMany(anna: Visitor): Promise<void> {
  const texts = Array.from({ length: PENDING - 1 }, (_, index) => textOf(index + 2));
  await anna.page.evaluate(async (all) => {
    const area = document.querySelector('textarea');
    if (!area) throw new Error('no composer');
    for (const text of all) {
      area.value = text;
      area.dispatchEvent(new InputEvent('input', { bubbles: true }));
      area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      await new Promise(requestAnimationFrame);
    }
  }, texts);
  await anna.page.getByText(`Не отправлено: ${PENDING}.`).waitFor();
}

async function onlyAdministratorsPin(school: BenchedSchool, elena: Visitor): Promise<void> {
  await elena.enter((await school.link('elena')).replace(school.origin, school.freeOrigin));
  await elena.page.goto(`${school.freeOrigin}/school/chats/${CHAT}`);
  const pinning = elena.page.getByRole('combobox', { name: 'Закреплять сообщения' });
  await pinning.selectOption('администраторы');
  await elena.page.getByText('Действует.').waitFor();
}

function field({ page }: Visitor) {
  return page.getByRole('textbox', { name: 'Сообщение' });
}

const textOf = (index: number): string => `Это ${index}-я запись в дороге`;
