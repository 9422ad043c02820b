// A line of the kind that a school bus has: little, late and lossy.
import { type BenchedSchool, withSchool } from '../browser/school.ts';
import { FREE, type Shape } from '../browser/shaped-wire.ts';
import { type Visitor, withVisitor } from '../browser/visitor.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { firstLine } from '../support/rounds.ts';
import { OURS, rowOf } from '../support/row.ts';
import { percentile } from '../support/statistics.ts';

const ROUNDS = { full: 3, quick: 1 };
const SENDS = { full: 25, quick: 6 };
const STARTS = { full: 3, quick: 1 };
const BAD: Shape = { bitsPerSecond: 400_000, roundTripMs: 400, loss: 0.02 };
const FIRST_SECONDS_MAX = 12;
const LATER_SECONDS_MAX = 2;
const SEEN_SECONDS_MAX = 4;
const CHAT_OF_CLASS = '7a';
const BETWEEN_MS = 300;

export const badNetwork: BenchCase = {
  id: 'bad-network',
  needsPeers: false,
  needsApp: true,
  budgetSeconds: { full: 240, quick: 80 },
  async run(bench) {
    const first: number[] = [];
    const later: number[] = [];
    const seen: number[] = [];
    const remarks: string[] = [];
    // The demo school: as many people and chats as a real one shows to a pupil.
    await withSchool({ kind: 'demo' }, async (school) => {
      for (let round = 0; round < ROUNDS[bench.quick ? 'quick' : 'full']; round++) {
        try {
          const took = await withVisitor((visitor) => measure(bench, school, visitor));
          first.push(took.first);
          later.push(...took.later);
          seen.push(...took.seen);
        } catch (error) {
          remarks.push(firstLine(error));
        }
      }
    });
    const what = 'demo school, 400 kbit/s, 400 ms, 2 % loss';
    const row = (id: string, text: string, values: number[], max: number) =>
      rowOf({ id, what: `${text}, ${what}`, unit: 's' }, { [OURS]: values }, { ratioTo: null, max }, remarks);
    return [
      row(
        'bad-network',
        'a link is opened → the list of chats can be read and touched',
        first,
        FIRST_SECONDS_MAX,
      ),
      row('bad-network/later', 'a later start → the list of chats is painted', later, LATER_SECONDS_MAX),
      row(
        'bad-network/send',
        `Enter → on the screen of the other, p95 of ${seen.length} messages`,
        seen.length > 0 ? [percentile(seen, 0.95)] : [],
        SEEN_SECONDS_MAX,
      ),
    ];
  },
};

async function measure(bench: Bench, school: BenchedSchool, pupil: Visitor) {
  const { wire, origin, cast } = school;
  const link = await school.link(cast.pupil as string);
  wire.shape = BAD;
  const began = performance.now();
  await pupil.enter(link);
  const first = (performance.now() - began) / 1_000;
  wire.shape = FREE;
  await pupil.isStored();
  wire.shape = BAD;
  const later: number[] = [];
  for (let start = 0; start < STARTS[bench.quick ? 'quick' : 'full']; start++) {
    await pupil.anew();
    await pupil.page.goto(`${origin}/chats`, { waitUntil: 'commit' });
    const at = await pupil.page.evaluate(() =>
      window.bench.painted(() => document.querySelector('a[href^="/chats/"]') !== null),
    );
    later.push(at / 1_000);
  }
  const seen = await withVisitor(async (teacher) => {
    wire.shape = FREE;
    await teacher.enter((await school.link(cast.classTeacher as string)).replace(origin, school.freeOrigin));
    await teacher.page.goto(`${school.freeOrigin}/chats/${CHAT_OF_CLASS}`);
    await teacher.page.getByRole('article').first().waitFor();
    await pupil.page.goto(`${origin}/chats/${CHAT_OF_CLASS}`);
    await pupil.page.getByRole('article').first().waitFor();
    wire.shape = BAD;
    return send(bench, pupil, teacher);
  });
  wire.shape = FREE;
  return { first, later, seen };
}

/** Both browsers run on one machine and read one clock. */
async function send(bench: Bench, pupil: Visitor, teacher: Visitor): Promise<number[]> {
  const field = pupil.page.getByRole('textbox', { name: 'Сообщение' });
  const took: number[] = [];
  for (let index = 0; index < SENDS[bench.quick ? 'quick' : 'full']; index++) {
    const text = `Пишу из автобуса, это сообщение ${Date.now()}-${index}`;
    await field.fill(text);
    const arrived = teacher.page.evaluate(async (words) => {
      const at = await window.bench.painted(() =>
        [...document.querySelectorAll('[role="log"] article')]
          .slice(-3)
          .some((it) => it.textContent?.includes(words)),
      );
      return performance.timeOrigin + at;
    }, text);
    await field.press('Enter');
    const pressed = await pupil.page.evaluate(() => performance.timeOrigin + window.bench.enterAt);
    took.push(((await arrived) - pressed) / 1_000);
    await pupil.page.waitForTimeout(BETWEEN_MS);
  }
  return took;
}
