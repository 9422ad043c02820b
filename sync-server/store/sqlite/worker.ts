/** The store's thread: calls in order of arrival. What may take time is done here, so that the relay's own never waits. */
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
  /** The error's, by which a start knows what to say. */
  code?: string | undefined;
}

const port = parentPort;
if (!port) throw new Error('runs as a worker thread only');
const options = workerData as DiskOptions;
const disk = new Disk(options);
if (options.isStretched) disk.tidy();

port.on('message', ({ id, method, args }: Call) => {
  port.postMessage(answer(id, method, args));
  if (method === 'close') port.close();
});
port.postMessage({ id: 0 } satisfies Answer);

function answer(id: number, method: keyof Disk, args: unknown[]): Answer {
  try {
    const run = disk[method] as (...values: unknown[]) => unknown;
    return { id, value: run.apply(disk, args) };
  } catch (error) {
    if (!(error instanceof Error)) return { id, error: String(error) };
    return { id, error: error.message, code: (error as NodeJS.ErrnoException).code };
  }
}
