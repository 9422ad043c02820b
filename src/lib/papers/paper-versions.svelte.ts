/** The versions of one paper on screen: the list, the one that is looked at, and putting it back. */

import type * as Y from 'yjs';
import { m } from '#lib/paraglide/messages.js';
import type { DeviceCode } from '#lib/replica/types.ts';
import { language } from '#lib/words/language.ts';
import { now } from '#lib/words/now.svelte.ts';
import { clock, dayName, daysBetween } from '#lib/words/time.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import { type Block, readBody } from './body.ts';
import type { OpenPaper } from './open-paper.svelte.ts';
import type { Restored } from './restore.ts';
import { loadSittings, loadVersion, type Sitting, type WhyNot } from './versions.ts';

/** One line of the list. */
export interface ListedSitting {
  seq: number;
  /** «14:05», «13:40–14:05». */
  time: string;
  who: string;
}
export interface Day {
  name: string;
  sittings: ListedSitting[];
}
/** The version that is looked at. */
export interface Chosen {
  seq: number;
  /** «сегодня, 14:05». */
  when: string;
  who: string;
  /** Its place in its sitting, 1 the first. */
  step: number;
  steps: number;
  earlier: number | undefined;
  later: number | undefined;
}

export class PaperVersions {
  readonly #paper: OpenPaper;
  #sittings = $state.raw<readonly Sitting[]>();
  #why = $state.raw<WhyNot>();
  #seq = $state.raw<number>();
  #old = $state.raw<{ seq: number; doc: Y.Doc; blocks: Block[] }>();
  #oldWhy = $state.raw<WhyNot>();

  constructor(paper: OpenPaper) {
    this.#paper = paper;
  }

  /** Undefined while it is not known. */
  readonly days = $derived.by((): Day[] | undefined => this.#sittings && byDay(this.#sittings, this.#who));
  /** Why there is no list. */
  get why(): WhyNot | undefined {
    return this.#why;
  }

  readonly chosen = $derived.by((): Chosen | undefined => {
    const seq = this.#seq;
    const sitting = this.#sittings?.find(({ steps }) => steps.some((step) => step.seq === seq));
    if (seq === undefined || !sitting) return undefined;
    const place = sitting.steps.findIndex((step) => step.seq === seq);
    const { at } = sitting.steps[place] as { at: number };
    return {
      seq,
      when: `${dayName(at, now(), language())}, ${clock(at, language())}`,
      who: this.#who(sitting.person),
      step: sitting.steps.length - place,
      steps: sitting.steps.length,
      earlier: sitting.steps[place + 1]?.seq,
      later: sitting.steps[place - 1]?.seq,
    };
  });
  /** The sitting of the version that is looked at. */
  readonly current = $derived(
    this.#sittings?.find(({ steps }) => steps.some((step) => step.seq === this.#seq))?.seq,
  );
  /** The text of the version that is looked at; undefined while it is not here. */
  get blocks(): readonly Block[] | undefined {
    return this.#old?.seq === this.#seq ? this.#old?.blocks : undefined;
  }
  get blocksWhy(): WhyNot | undefined {
    return this.#oldWhy;
  }
  /** Whether the paper reads like the version that is looked at. */
  readonly isNow = $derived.by(
    () => this.blocks !== undefined && JSON.stringify(this.blocks) === JSON.stringify(this.#paper.body),
  );

  async load(): Promise<void> {
    const loaded = await loadSittings(this.#paper.id);
    // What is on screen stays there when the network has gone meanwhile.
    if (loaded.ok) this.#sittings = loaded.value;
    this.#why = loaded.ok || this.#sittings ? undefined : loaded.why;
  }

  /** Looks at a version; at none. */
  async choose(seq: number | undefined): Promise<void> {
    this.#seq = seq;
    this.#oldWhy = undefined;
    if (seq === undefined || this.#old?.seq === seq) return;
    const loaded = await loadVersion(this.#paper.id, seq);
    if (this.#seq !== seq) return;
    if (loaded.ok)
      this.#old = { seq, doc: loaded.value, blocks: readBody(loaded.value.getXmlFragment('body')) };
    else this.#oldWhy = loaded.why;
  }

  /** Makes the paper's text that of the version that is looked at, as a write of this person. */
  async restore(): Promise<Restored | RefusalCode | DeviceCode> {
    const old = this.#old;
    if (!old || old.seq !== this.#seq) return 'not-written';
    const { restoreVersion } = await import('./restore.ts');
    const restored = restoreVersion(old.doc, this.#paper.doc, () => this.#paper.mayWriteNow());
    if (restored !== 'written') return restored;
    const saved = await this.#paper.flush();
    return saved.ok ? 'written' : saved.code;
  }

  readonly #who = (person: string): string => this.#paper.spokenNameOf(person) ?? m.someone();
}

function byDay(sittings: readonly Sitting[], who: (person: string) => string): Day[] {
  const days: Day[] = [];
  let at: number | undefined;
  for (const sitting of sittings) {
    if (at === undefined || daysBetween(sitting.at, at) !== 0)
      days.push({ name: dayName(sitting.at, now(), language()), sittings: [] });
    at = sitting.at;
    days.at(-1)?.sittings.push({ seq: sitting.seq, time: timeOf(sitting), who: who(sitting.person) });
  }
  return days;
}

function timeOf({ since, at }: Sitting): string {
  const [from, to] = [clock(since, language()), clock(at, language())];
  return from === to || daysBetween(since, at) !== 0 ? to : `${from}–${to}`;
}
