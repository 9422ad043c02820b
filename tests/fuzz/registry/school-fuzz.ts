/** One mutation of a registry change against the relay's judge and the oracle. */
import * as Automerge from '@automerge/automerge';
import { judgeChange } from '#server/registry/judge.ts';
import { plainRegistry } from '#server/registry/plain.ts';
import type { State } from '#server/registry/state.ts';
import type { Random } from '../random.ts';
import { type Ground, HANDS, makeGrounds, WHO } from './corpus.ts';
import { mutate } from './mutate.ts';
import { same, wrong } from './oracle.ts';

export interface Tried {
  /** `accepted`, or the refusal's code. */
  verdict: string;
  bytes: Uint8Array;
  /** What must not be. */
  finding: string | undefined;
  tookMs: number;
}

export class SchoolFuzz {
  readonly #grounds: Ground[];

  constructor(random: Random) {
    this.#grounds = makeGrounds(random);
  }

  once(random: Random): Tried {
    const ground = random.pick(this.#grounds);
    const who = random.pick(WHO);
    const author = random.chance(0.85) ? who : random.pick(WHO);
    const other = random.pick(ground.changes[random.pick(WHO)]);
    const bytes = mutate(random.pick(ground.changes[author]), other, ground, random);
    const start = performance.now();
    const judged = judgeChange(ground.state, { bytes, person: who, lease: HANDS[who] });
    const tookMs = performance.now() - start;
    const verdict = judged.ok ? 'accepted' : judged.code;
    const changed = isUntouched(ground, random) ? undefined : 'the school it was judged against has changed';
    const finding = changed ?? (judged.ok ? wrongAfter(ground.state, judged.after, bytes, who) : undefined);
    if (judged.ok) Automerge.free(judged.after.doc);
    return { verdict, bytes, finding, tookMs };
  }
}

/** Nothing counts before it is on disk: an accepted change leaves it as it was too. Encoding all of it is dear. */
function isUntouched({ state, bytes, heads }: Ground, random: Random): boolean {
  if (Automerge.getHeads(state.doc).join() !== heads) return false;
  return random.chance(0.9) || Buffer.compare(Automerge.save(state.doc), bytes) === 0;
}

function wrongAfter(before: State, after: State, bytes: Uint8Array, who: string): string | undefined {
  try {
    return wrongSchool(before, after, bytes, who);
  } catch (error) {
    return `cannot be read again: ${error}`;
  }
}

function wrongSchool(before: State, after: State, bytes: Uint8Array, who: string): string | undefined {
  // What the relay reads back from its log after a restart is what it judged, and so is what a device is given.
  const { registry, bytes: saved } = plainRegistry([Automerge.save(before.doc), bytes]);
  if (!same(registry, after.plain)) return 'a restart reads another school';
  for (const whole of [saved, Automerge.save(after.doc)])
    if (!same(plainRegistry([whole]).registry, after.plain)) return 'what is saved is another school';
  if (after.seq !== before.seq + 1) return 'more than one change';
  return hasConflict(after.doc) ? 'a key with two values' : wrong(before.plain, registry, who);
}

function hasConflict(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Automerge.isImmutableString(value)) return false;
  return Object.keys(value).some((key) => {
    const conflicts = Automerge.getConflicts(value as Record<string, Automerge.AutomergeValue>, key);
    return (conflicts && Object.keys(conflicts).length > 1) || hasConflict(Reflect.get(value, key));
  });
}
