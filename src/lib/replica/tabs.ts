/**
 * The tabs of one person in one browser. Each has a slot (a Web Lock) and with it leases of its own; one leads and
 * holds the line. They speak over a BroadcastChannel; what is said there is a hint, the database is the truth.
 */
import type { OutRow, PlaceRow } from './disk.ts';
import type { LineState, Topic } from './types.ts';

export type Word =
  | RoomWord
  | { say: 'topic'; topic: Topic }
  | { say: 'line'; line: LineState }
  /** A tab that came later does not know how the line is. */
  | { say: 'how-is-line' }
  /** A tab shows these rooms and documents now (answer to `who-wants`, or when that changes). */
  | { say: 'want'; rooms: string[] }
  /** A tab shows a room no more; whoever still does says `want`. */
  | { say: 'unwant'; room: string }
  | { say: 'who-wants' }
  | { say: 'pull'; doc: string }
  | { say: 'outbox'; rooms: string[] }
  | { say: 'mark'; chat: string }
  | { say: 'find'; chat: string; id: string }
  | { say: 'found'; chat: string; id: string; doc: string }
  | { say: 'failed-pull'; doc: string }
  | { say: 'aware-out'; doc: string; bytes: Uint8Array }
  | { say: 'took'; doc: string; lease: number; clock: number; length: number }
  | { say: 'aware-in'; doc: string; bytes: Uint8Array }
  | { say: 'lease-ask' }
  | { say: 'leases' }
  | { say: 'wake' }
  /** The browser says that there is no network. */
  | { say: 'doubt' }
  /** The disk has no room for what is written, or has it again. */
  | { say: 'full'; is: boolean }
  | { say: 'beat' }
  /** The person leaves this device: save, and let go. */
  | { say: 'bye' };

/** Something of a room changed on disk. */
export interface RoomWord {
  say: 'room';
  room: string;
  /** Pending work was made again, or the room was dropped: load everything. */
  rebuilt: boolean;
  changes: Change[];
  places: PlaceRow[];
  /** Intents that entered the outbox, and the ids of those that left it. */
  added: OutRow[];
  acked: number[];
  /** Ids that became others: [old, new]. */
  names: [string, string][];
  /** 0 and '' when they did not change. */
  head: number;
  epoch: string;
}

/** Bytes that a document gained. */
export interface Change {
  doc: string;
  bytes: Uint8Array;
}

export function roomWord(room: string, part: Partial<RoomWord>): RoomWord {
  return {
    say: 'room',
    room,
    rebuilt: false,
    changes: [],
    places: [],
    added: [],
    acked: [],
    names: [],
    head: 0,
    epoch: '',
    ...part,
  };
}

const BEAT_MS = 1_000;
/** A leader that is silent this long while we are on screen is frozen: its lock is taken over. */
const SILENT_MS = 2_000;
const SLOTS_MAX = 64;

export class Tabs {
  readonly id = crypto.randomUUID();
  /** Locks and channel are called so. */
  readonly name: string;
  readonly #channel: BroadcastChannel;
  readonly #hear: (word: Word) => void;
  readonly #onLead: (leads: boolean) => void;
  #slot = -1;
  #leads = false;
  #heard = performance.now();
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #release: (() => void)[] = [];
  readonly #waiting = new AbortController();
  #closed = false;

  constructor(person: string, hear: (word: Word) => void, onLead: (leads: boolean) => void) {
    this.name = `parta-${person}`;
    this.#hear = hear;
    this.#onLead = onLead;
    this.#channel = new BroadcastChannel(this.name);
    this.#channel.onmessage = (event: MessageEvent<Word>) => {
      if (event.data.say === 'beat') this.#heard = performance.now();
      else if (!this.#closed) this.#hear(event.data);
    };
  }

  get slot(): number {
    return this.#slot;
  }
  get leads(): boolean {
    return this.#leads;
  }

  /** Takes the lowest free slot. Two live tabs never have the same. */
  async takeSlot(): Promise<number> {
    for (let slot = 0; slot < SLOTS_MAX; slot++) {
      if (await this.#hold(`${this.name}-slot-${slot}`, { ifAvailable: true })) {
        this.#slot = slot;
        return slot;
      }
    }
    throw new Error('too many tabs');
  }

  /** Waits in line for the lead; a visible tab steals it from a frozen leader. */
  stand(): void {
    this.#queueForLead(false);
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }

  /** Says it to the other tabs and to this one. */
  say(word: Word): void {
    if (this.#closed) return;
    this.#channel.postMessage(word);
    this.#hear(word);
  }

  /** Says it to the other tabs only. */
  tell(word: Word): void {
    if (!this.#closed) this.#channel.postMessage(word);
  }

  close(): void {
    this.#closed = true;
    this.#waiting.abort();
    clearInterval(this.#timer);
    for (const release of this.#release) release();
    this.#channel.close();
  }

  #beat(): void {
    if (this.#leads) {
      this.tell({ say: 'beat' });
      return;
    }
    const silent = performance.now() - this.#heard > SILENT_MS;
    if (silent && document.visibilityState === 'visible') {
      this.#heard = performance.now();
      this.#queueForLead(true);
    }
  }

  #queueForLead(steal: boolean): void {
    const lock = `${this.name}-lead`;
    void this.#hold(lock, steal ? { steal: true } : { signal: this.#waiting.signal }, () =>
      this.#lead(false),
    ).then((held) => {
      if (held && !this.#closed) this.#lead(true);
    });
  }

  #lead(leads: boolean): void {
    if (this.#leads === leads || this.#closed) return;
    this.#leads = leads;
    this.#onLead(leads);
    if (leads) this.tell({ say: 'beat' });
    // A lead that was stolen while this tab was frozen is waited for again.
    else this.#queueForLead(false);
  }

  #hold(name: string, options: LockOptions, lost: () => void = () => {}): Promise<boolean> {
    return new Promise((resolve) => {
      const held = navigator.locks.request(name, options, (lock) => {
        resolve(lock !== null);
        if (!lock) return undefined;
        return new Promise<void>((release) => this.#release.push(release));
      });
      held.catch(() => {
        resolve(false);
        lost();
      });
    });
  }
}
