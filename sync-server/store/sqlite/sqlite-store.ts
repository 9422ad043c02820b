/**
 * The SQLite adapter of the log and marks ports. Writes that queue while a commit runs become the next commit
 * (group commit): under load a transaction carries many intents and costs one fsync.
 */
import { Worker } from 'node:worker_threads';
import type {
  Append,
  AppendResult,
  FirstRow,
  Fold,
  Log,
  LogRow,
  LostText,
  Moment,
  Past,
  PlaceRow,
  RoomRow,
  SharedPaper,
  SnapshotRow,
  StoredLast,
  WholeVersion,
} from '../log.ts';
import type { ChatSummary, MarkRow, Marks } from '../marks.ts';
import type { Disk, DiskOptions, Write } from './disk.ts';
import type { Answer, Call } from './worker.ts';

/** A commit takes at most this many writes: acks of a flood still come back in steps. */
const COMMIT_WRITES_MAX = 2_000;
/** What a commit leaves behind is little, and gone with the next one: a young generation that grew would only lie there. */
const YOUNG_MB = 3;

interface Waiting {
  writes: Write[];
  resolve(results: AppendResult[]): void;
  reject(error: Error): void;
}

/** Opens (or creates) the database and resolves once it is migrated; rejects when it cannot be opened. */
export async function openSqlite(options: DiskOptions): Promise<SqliteStore> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  return new SqliteStore(worker);
}

export class SqliteStore implements Log, Marks {
  readonly #worker: Worker;
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #nextCall = 1;
  #queue: Waiting[] = [];
  #committing = false;
  #broken: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#settle(answer));
    worker.on('error', (error: Error) => this.#break(error));
    worker.on('exit', () => this.#break(new Error('the store is closed')));
  }

  /** Writes that wait for a commit: a queue depth for the operator. */
  get depth(): number {
    return this.#queue.reduce((sum, waiting) => sum + waiting.writes.length, 0);
  }

  claim(): Promise<number> {
    return this.#call('claim');
  }
  room(room: string): Promise<RoomRow> {
    return this.#call('room', room);
  }
  rooms(rooms: string[]): Promise<RoomRow[]> {
    return this.#call('rooms', rooms);
  }
  append(batch: Append[], fence: number): Promise<AppendResult[]> {
    return this.#enqueue(batch.map((item) => ({ kind: 'append', item, fence })));
  }
  load(doc: string): Promise<{ snapshot: SnapshotRow | undefined; rows: LogRow[] }> {
    return this.#call('load', doc);
  }
  tail(doc: string, from: number): Promise<LogRow[] | undefined> {
    return this.#call('tail', doc, from);
  }
  moments(doc: string): Promise<Moment[]> {
    return this.#call('moments', doc);
  }
  history(doc: string, to: number): Promise<{ base: WholeVersion | undefined; rows: LogRow[] } | 'too-much'> {
    return this.#call('history', doc, to);
  }
  past(doc: string): Promise<Past> {
    return this.#call('past', doc);
  }
  fold(doc: string, fold: Fold, fence: number): Promise<void> {
    return this.#call('fold', doc, fold, fence);
  }
  docs(room: string): Promise<{ doc: string; seq: number }[]> {
    return this.#call('docs', room);
  }
  places(doc: string, from: number): Promise<PlaceRow[]> {
    return this.#call('places', doc, from);
  }
  place(room: string, id: string): Promise<PlaceRow | undefined> {
    return this.#call('place', room, id);
  }
  ids(room: string): Promise<string[]> {
    return this.#call('ids', room);
  }
  lasts(room: string): Promise<StoredLast[]> {
    return this.#call('lasts', room);
  }
  async closeLease(room: string, lease: number, person: string): Promise<void> {
    stored(await this.#enqueue([{ kind: 'close', room, lease, person }]));
  }
  compact(snapshot: SnapshotRow, rows: 'drop' | 'keep' | 'erase', fence: number): Promise<void> {
    return this.#call('compact', snapshot, rows, fence);
  }
  due(): Promise<string[]> {
    return this.#call('due');
  }
  begin(room: string, segment: number, persons: string[], fence: number): Promise<void> {
    return this.#call('begin', room, segment, persons, fence);
  }
  firsts(): Promise<FirstRow[]> {
    return this.#call('firsts');
  }
  papers(): Promise<SharedPaper[]> {
    return this.#call('papers');
  }
  lost(room: string, person: string, since: number): Promise<LostText[]> {
    return this.#call('lost', room, person, since);
  }
  took(room: string, person: string, lease: number, clock: number, length: number): Promise<void> {
    return this.#call('took', room, person, lease, clock, length);
  }
  grant(person: string, count: number): Promise<number[]> {
    return this.#call('grant', person, count);
  }
  leasesOf(person: string): Promise<number[]> {
    return this.#call('leasesOf', person);
  }
  probe(): Promise<boolean> {
    return this.#call('probe');
  }
  /** Sets the bound of the database, in pages of 4 KB: a quota. */
  limitPages(pages: number): Promise<void> {
    return this.#call('limitPages', pages);
  }
  size(): Promise<number> {
    return this.#call('size');
  }
  startAfresh(): Promise<void> {
    return this.#call('startAfresh');
  }
  erasePerson(person: string, at: number): Promise<void> {
    return this.#call('erasePerson', person, at);
  }
  seqOf(room: string): Promise<number> {
    return this.#call('seqOf', room);
  }
  marksOf(chat: string): Promise<MarkRow[]> {
    return this.#call('marksOf', chat);
  }
  async raise(rows: MarkRow[]): Promise<void> {
    stored(await this.#enqueue([{ kind: 'marks', rows }]));
  }
  summaries(asks: { chat: string; person: string }[]): Promise<ChatSummary[]> {
    return this.#call('summaries', asks);
  }
  async close(): Promise<void> {
    if (this.#broken) return;
    const gone = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.#call('close');
    await gone;
  }

  #enqueue(writes: Write[]): Promise<AppendResult[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ writes, resolve, reject });
      if (!this.#committing) this.#commit();
    });
  }

  #commit(): void {
    const batch: Waiting[] = [];
    for (let size = 0; this.#queue.length > 0 && size < COMMIT_WRITES_MAX; ) {
      const next = this.#queue.shift() as Waiting;
      batch.push(next);
      size += next.writes.length;
    }
    if (batch.length === 0) return;
    this.#committing = true;
    const writes = batch.flatMap((waiting) => waiting.writes);
    this.#call<AppendResult[]>('commit', writes).then(
      (results) => {
        this.#committing = false;
        this.#commit();
        let at = 0;
        for (const waiting of batch) {
          waiting.resolve(results.slice(at, at + waiting.writes.length));
          at += waiting.writes.length;
        }
      },
      (error: Error) => {
        this.#committing = false;
        for (const waiting of batch) waiting.reject(error);
        this.#commit();
      },
    );
  }

  #call<T>(method: keyof Disk, ...args: unknown[]): Promise<T> {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise<T>((resolve, reject) => {
      const id = this.#nextCall++;
      this.#calls.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage({ id, method, args } satisfies Call);
    });
  }

  #settle(answer: Answer): void {
    const call = this.#calls.get(answer.id);
    this.#calls.delete(answer.id);
    if (answer.error === undefined) call?.resolve(answer.value);
    else call?.reject(new Error(answer.error));
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const call of this.#calls.values()) call.reject(this.#broken);
    this.#calls.clear();
  }
}

function stored(results: AppendResult[]): void {
  const failed = results.find((result) => !result.ok);
  if (failed && !failed.ok) throw new Error(`not stored: ${failed.why}`);
}
