/** The end of a sign-out that waits for unsent work. */
import type { Device } from './types.ts';

const WAIT_MS = 15_000;

/** Resolves when nothing waits to be sent any more, and after a while all the same. */
export async function emptied(device: Pick<Device, 'unsent' | 'subscribe'>): Promise<void> {
  if (device.unsent === 0) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, WAIT_MS);
    const stop = device.subscribe((topic) => {
      if (topic === 'unsent' && device.unsent === 0) done();
    });
    function done() {
      clearTimeout(timer);
      stop();
      resolve();
    }
  });
}
