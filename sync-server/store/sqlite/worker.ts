/** The store's thread: one connection, calls in order of arrival, so the event loop of the relay never waits for fsync. */
import { parentPort, workerData } from 'node:worker_threads';
import { Disk, type DiskOptions } from './disk.ts';

export interface Call {
  id: number;
  method: keyof Disk;
  args: unknown[];
}
export interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

const port = parentPort;
if (!port) throw new Error('runs as a worker thread only');
/** Without a write for so long the disk has time for what all acks would wait for under load. */
const QUIET_MS = 250;

const options = workerData as DiskOptions;
const disk = new Disk(options);
if (options.isStretched) tidy();
let quiet: NodeJS.Timeout | undefined;

port.on('message', ({ id, method, args }: Call) => {
  port.postMessage(answer(id, method, args));
  if (method === 'close') {
    clearTimeout(quiet);
    port.close();
  } else if (method === 'commit') {
    if (quiet) quiet.refresh();
    else quiet = setTimeout(tidy, QUIET_MS).unref();
  }
});
port.postMessage({ id: 0 } satisfies Answer);

function tidy(): void {
  try {
    disk.tidy();
  } catch {
    // A full disk: the next commit meets it too, and says so.
  }
}

function answer(id: number, method: keyof Disk, args: unknown[]): Answer {
  try {
    const run = disk[method] as (...values: unknown[]) => unknown;
    return { id, value: run.apply(disk, args) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
