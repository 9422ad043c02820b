/** What the line has to say to a person, and how loudly. */
import { m } from '#lib/paraglide/messages.js';
import type { DeviceStanding } from '#lib/session/standing.svelte.ts';
import type { HeadWord } from '#lib/ui/head-word.ts';

/** A hiccup of the line, or a message on its way, is no news. */
const PATIENCE_MS = 2_000;

export type LineTrouble = 'not-storing' | 'signed-out' | 'outdated' | 'stopped';

export class LineWord {
  readonly #standing: DeviceStanding;
  #patient = $state(true);
  /** The line knocks again and again: a derived value tells only of what became otherwise by it. */
  readonly #waits = $derived.by(
    () => this.#at === 'offline' || (this.#at === 'online' && this.#standing.unsentActs > 0),
  );

  /** To be made while a component starts. */
  constructor(standing: DeviceStanding) {
    this.#standing = standing;
    $effect(() => {
      this.#patient = true;
      if (!this.#waits) return;
      const timer = setTimeout(() => {
        this.#patient = false;
      }, PATIENCE_MS);
      return () => clearTimeout(timer);
    });
  }

  get #at() {
    const { at, storing } = this.#standing.line;
    if (at === 'connecting') return 'offline';
    return at === 'online' && !storing ? 'not-storing' : at;
  }

  /** What a person has to know or to do something about. */
  get trouble(): LineTrouble | undefined {
    const at = this.#at;
    return at === 'offline' || at === 'online' ? undefined : at;
  }

  /** What mends itself, in words for a header. */
  get quiet(): Omit<HeadWord, 'place'> | undefined {
    const { unsentActs: unsent, refusedOfSchool, holds } = this.#standing;
    // What the storage did not take goes out by no line: the bar about it says what is.
    const away = this.#at !== 'online' && holds;
    const said = this.#waits && !this.#patient && (away || unsent > 0);
    if (this.trouble || !(said || (refusedOfSchool > 0 && this.#at === 'online'))) return undefined;
    const brief = away ? m.line_offline_brief() : '';
    const rest = away && unsent === 0 ? m.line_offline_rest() : '';
    return {
      says: away && unsent > 0 ? m.line_offline_short() : `${brief} ${rest}`.trim(),
      brief,
      rest,
      more: unsent > 0 ? m.unsent_count({ count: unsent }) : '',
      link:
        refusedOfSchool > 0
          ? { href: '/school', text: m.refused_count({ count: refusedOfSchool }) }
          : undefined,
    };
  }
}
