// From the press of Enter to the frame that shows the own message.
import { type BenchedSchool, withSchool } from '../browser/school.ts';
import { chatOfPlan } from '../browser/school-plan.ts';
import { SLOWER, type Visitor, withVisitor } from '../browser/visitor.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { OURS, rowOf } from '../support/row.ts';
import { percentile } from '../support/statistics.ts';

/** Of each kind and round. */
const MESSAGES = { full: 20, quick: 8 };
const ROUNDS = { full: 3, quick: 1 };
/** With all that is written meanwhile it stays below the five hundred at which a segment closes: the screen never gets easier. */
const HELD = 360;
const P95_MS_MAX = 100;
const BETWEEN_MS = 120;
const CHAT = chatOfPlan(0);

export const ownMessage: BenchCase = {
  id: 'own-message',
  needsPeers: false,
  needsApp: true,
  budgetSeconds: { full: 120, quick: 35 },
  async run(bench) {
    const { offline, online } = await withSchool({ kind: 'chats', chats: 1, messages: HELD }, (school) =>
      withVisitor((visitor) => measure(bench, school, visitor)),
    );
    const what = (line: string, took: readonly number[]) =>
      `Enter → painted, p95 of ${took.length} presses, ${line}, ${SLOWER}× throttling`;
    const goal = { ratioTo: null, max: P95_MS_MAX } as const;
    return [
      rowOf(
        { id: 'own-message', what: what('online', online), unit: 'ms' },
        { [OURS]: [percentile(online, 0.95)] },
        goal,
      ),
      rowOf(
        { id: 'own-message/offline', what: what('offline', offline), unit: 'ms' },
        { [OURS]: [percentile(offline, 0.95)] },
        goal,
      ),
    ];
  },
};

async function measure(bench: Bench, school: BenchedSchool, visitor: Visitor) {
  await visitor.enter(await school.link('masha'));
  await visitor.isStored();
  await visitor.holds('masha', { [`chat/${CHAT}`]: HELD });
  await visitor.page.goto(`${school.origin}/chats/${CHAT}`);
  await visitor.page.getByRole('article').first().waitFor();
  const count = MESSAGES[bench.quick ? 'quick' : 'full'];
  const online: number[] = [];
  const offline: number[] = [];
  for (let round = 0; round < ROUNDS[bench.quick ? 'quick' : 'full']; round++) {
    online.push(...(await write(visitor, `здесь ${round}`, count)));
    school.wire.cut();
    await visitor.page.waitForTimeout(1_000);
    offline.push(...(await write(visitor, `в туннеле ${round}`, count)));
    school.wire.mend();
  }
  return { offline, online };
}

async function write(visitor: Visitor, words: string, count: number): Promise<number[]> {
  const { page } = visitor;
  const field = page.getByRole('textbox', { name: 'Сообщение' });
  const took: number[] = [];
  await visitor.slowDown(SLOWER);
  // The first one compiles what the rest uses: it counts for nobody's percentile, and is written all the same.
  for (let index = -1; index < count; index++) {
    const text = `${words}: ${index + 2}-е сообщение, как его пишет Маша`;
    await field.fill(text);
    await page.waitForTimeout(BETWEEN_MS);
    const painted = page.evaluate((wanted) => {
      const last = () => [...document.querySelectorAll('[role="log"] article')].at(-1);
      const isThere = () => last()?.textContent?.includes(wanted) ?? false;
      // At the end of the list it stands below what is in view until the list has followed.
      const isInView = () => {
        const log = document.querySelector('[role="log"]')?.getBoundingClientRect();
        const own = last();
        if (!log || !own || getComputedStyle(own).visibility !== 'visible') return false;
        return own.getBoundingClientRect().bottom <= log.bottom + 1;
      };
      return window.bench.painted(isThere, isInView).then((at) => at - window.bench.enterAt);
    }, text);
    await field.press('Enter');
    const ms = await painted;
    if (index >= 0) took.push(ms);
  }
  await visitor.slowDown(1);
  return took;
}
