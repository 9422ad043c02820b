/** The end of a person's use of a device: what is unsent is sent, taken along or let go by their own word, and then all goes. */
import { type Disk, wipe } from './disk.ts';
import type { Tabs } from './tabs.ts';
import type { Device } from './types.ts';

const WAIT_MS = 15_000;

export interface LeavingGround {
  device: Pick<Device, 'person' | 'unsent' | 'subscribe' | 'wake' | 'close'>;
  disk: Disk;
  tabs: Tabs;
  /** Puts on disk what is only in memory. */
  save(): Promise<void>;
  /** What is unsent, as a file that its author takes along. */
  takeAlong(): Promise<string>;
}

/** As `signOut` of a device promises. */
export async function leave(
  { device, disk, tabs, save, takeAlong }: LeavingGround,
  how: Parameters<Device['signOut']>[0],
): ReturnType<Device['signOut']> {
  await save();
  if (how === 'wait') {
    device.wake();
    await emptied(device);
    const count = await disk.outbox.count();
    if (count > 0) return { at: 'unsent', count };
  }
  // Another tab may hold words of the last moment: they are unsent too.
  await tabs.alone();
  const count = how === 'wait' ? await disk.outbox.count() : 0;
  if (count > 0) return { at: 'unsent', count };
  const exported = how === 'export' ? await takeAlong() : undefined;
  await device.close();
  await wipe(device.person);
  return { at: 'gone', exported };
}

/** Resolves when nothing waits to be sent any more, and after a while all the same. */
async function emptied(device: Pick<Device, 'unsent' | 'subscribe'>): Promise<void> {
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
