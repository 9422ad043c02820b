// What the line costs while nobody writes: twenty chats open, the app on screen.
import { type BenchedSchool, withSchool } from '../browser/school.ts';
import { chatOfPlan } from '../browser/school-plan.ts';
import { type Visitor, withVisitor } from '../browser/visitor.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { OURS, rowOf } from '../support/row.ts';

const CHATS = 20;
const HELD = 20;
const MEASURED_SECONDS = { full: 300, quick: 10 };
/** Whatever follows the start (letters, marks) is over by then. */
const SETTLES_MS = { full: 12_000, quick: 5_500 };
const HOUR_SECONDS = 3_600;
const KILOBYTES_MAX = 50;

export const idleTraffic: BenchCase = {
  id: 'idle-traffic',
  needsPeers: false,
  needsApp: true,
  budgetSeconds: { full: 360, quick: 60 },
  async run(bench, waiting) {
    const seconds = MEASURED_SECONDS[bench.quick ? 'quick' : 'full'];
    const kilobytes = await withSchool({ kind: 'chats', chats: CHATS, messages: HELD }, (school) =>
      withVisitor((visitor) => measure(bench, school, visitor, waiting)),
    );
    const what = `${CHATS} chats open, both directions, ${seconds} s extrapolated to an hour`;
    return [
      rowOf(
        { id: 'idle-traffic', what, unit: 'KB/h' },
        { [OURS]: [kilobytes] },
        {
          ratioTo: null,
          max: KILOBYTES_MAX,
        },
      ),
    ];
  },
};

async function measure(
  bench: Bench,
  school: BenchedSchool,
  visitor: Visitor,
  waiting: () => void,
): Promise<number> {
  const length = bench.quick ? 'quick' : 'full';
  await visitor.enter(await school.link('masha'));
  await visitor.isStored();
  await visitor.holds(
    'masha',
    Object.fromEntries(Array.from({ length: CHATS }, (_, index) => [`chat/${chatOfPlan(index)}`, HELD])),
  );
  await visitor.page.goto(`${school.origin}/chats/${chatOfPlan(0)}`);
  await visitor.page.getByRole('article').first().waitFor();
  await visitor.page.waitForTimeout(SETTLES_MS[length]);
  waiting();
  school.wire.takeBytes();
  await visitor.page.waitForTimeout(MEASURED_SECONDS[length] * 1_000);
  const bytes = school.wire.takeBytes();
  return ((bytes / MEASURED_SECONDS[length]) * HOUR_SECONDS) / 1_000;
}
