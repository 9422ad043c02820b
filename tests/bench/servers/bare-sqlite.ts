// The price of the disk alone: messages of the same size at the same rate go into one SQLite table, whatever is due in
// one fsync'd transaction. Argument: BareAppend as JSON. Answers over IPC with each append's latency in milliseconds.
import Database from 'better-sqlite3';
import { openLoop } from '../support/open-loop.ts';
import { clientIdOf, messageUpdates } from '../support/updates.ts';

export interface BareAppend {
  readonly file: string;
  readonly ratePerSecond: number;
  readonly count: number;
}

const DISTINCT_MESSAGES = 400;

const task = JSON.parse(process.argv[2] ?? '') as BareAppend;
const updates = messageUpdates(clientIdOf(0), 'bare', DISTINCT_MESSAGES);
const database = new Database(task.file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('CREATE TABLE log (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL)');
const insert = database.prepare('INSERT INTO log (bytes) VALUES (?)');
const commit = database.transaction((rows: readonly Uint8Array[]) => {
  for (const row of rows) insert.run(row);
});

const latencies: number[] = [];
let due: { dueMs: number; bytes: Uint8Array }[] = [];

await openLoop(task.ratePerSecond, task.count, (index, dueMs) => {
  // The loop hands over all that is due before it gives the turn back: one transaction for them.
  if (due.length === 0) queueMicrotask(flush);
  due.push({ dueMs, bytes: updates[index % DISTINCT_MESSAGES] as Uint8Array });
});
flush();
process.send?.(latencies, () => process.exit(0));

function flush(): void {
  const batch = due;
  due = [];
  if (batch.length === 0) return;
  commit(batch.map(({ bytes }) => bytes));
  const now = performance.now();
  for (const { dueMs } of batch) latencies.push(now - dueMs);
}
