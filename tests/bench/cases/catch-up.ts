// A day away: what the others wrote in twenty chats arrives over a usual mobile line.
import { type BenchedSchool, withSchool } from '../browser/school.ts';
import { chatOfPlan } from '../browser/school-plan.ts';
import { FREE, type Shape } from '../browser/shaped-wire.ts';
import { type Visitor, withVisitor } from '../browser/visitor.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { OURS, rowOf } from '../support/row.ts';

const CHATS = 20;
const HELD = 60;
const MISSED = 1_000;
const ROUNDS = { full: 3, quick: 1 };
const MOBILE: Shape = { bitsPerSecond: 3_000_000, roundTripMs: 100, loss: 0 };
const SECONDS_MAX = 2;
const KILOBYTES_MAX = 300;

export const catchUp: BenchCase = {
  id: 'catch-up',
  needsPeers: false,
  needsApp: true,
  budgetSeconds: { full: 120, quick: 40 },
  async run(bench) {
    const { seconds, kilobytes } = await withSchool(
      { kind: 'chats', chats: CHATS, messages: HELD },
      (school) => withVisitor((visitor) => measure(bench, school, visitor)),
    );
    const what = `${MISSED} messages in ${CHATS} chats, 3 Mbit/s, 100 ms`;
    return [
      rowOf(
        { id: 'catch-up', what: `the app is opened → all of it on the device, ${what}`, unit: 's' },
        { [OURS]: seconds },
        { ratioTo: null, max: SECONDS_MAX },
      ),
      rowOf(
        { id: 'catch-up/bytes', what: `both directions, HTTP and WebSocket, ${what}`, unit: 'KB' },
        { [OURS]: kilobytes },
        { ratioTo: null, max: KILOBYTES_MAX },
      ),
    ];
  },
};

async function measure(bench: Bench, school: BenchedSchool, visitor: Visitor) {
  const { wire, origin } = school;
  await visitor.enter(await school.link('masha'));
  await visitor.isStored();
  const seqs = Object.fromEntries(
    Array.from({ length: CHATS }, (_, index) => [`chat/${chatOfPlan(index)}`, HELD]),
  );
  await visitor.holds('masha', seqs);
  const seconds: number[] = [];
  const kilobytes: number[] = [];
  for (let round = 0; round < ROUNDS[bench.quick ? 'quick' : 'full']; round++) {
    await visitor.anew();
    const last = await school.more(MISSED);
    wire.takeBytes();
    wire.shape = MOBILE;
    await visitor.page.goto(`${origin}/chats`, { waitUntil: 'commit' });
    await visitor.holds('masha', last);
    seconds.push((await visitor.page.evaluate(() => performance.now())) / 1_000);
    kilobytes.push(wire.takeBytes() / 1_000);
    wire.shape = FREE;
  }
  return { seconds, kilobytes };
}
