/** The device of one person: everything a page needs, from the disk of this browser. */

import { LINE_PATH } from '#shared/wire/protocol.ts';
import type { Disks } from './disk.ts';
import { openDisks, troubleOf } from './disk.ts';
import { LiveDevice } from './live-device.ts';
import { loadBroken } from './parts.ts';
import type { Device } from './types.ts';

export interface OpenOptions {
  person: string;
  /** WebSocket address of the relay's line; default: `/line` of the page's own origin. */
  url?: string;
  /** Version of the app, for the relay's log. */
  app?: string;
  /** Called when tabs of an older app hold the database: opening waits until they let go. */
  blocked?: () => void;
}

/**
 * Opens the person's database and becomes one of their tabs; resolves as soon as the disk answers, never waits for the
 * network. Never rejects for a broken disk: `disk` of the device is then `failed`, and nothing was wiped.
 */
export async function openDevice({ person, url, app = '', blocked }: OpenOptions): Promise<Device> {
  let device: LiveDevice | undefined;
  let end: 'superseded' | 'cleared' | 'failed' | undefined;
  const ended = (how: typeof end & string) => {
    end = how;
    void device?.diskIs(how);
  };
  let disks: Disks;
  try {
    disks = await openDisks(person, ended, blocked);
  } catch (error) {
    return broken(person, error);
  }
  const line = url ?? `${location.origin.replace(/^http/, 'ws')}${LINE_PATH}`;
  try {
    device = await LiveDevice.open({ person, url: line, app, disks });
  } catch (error) {
    for (const disk of [disks.strict, disks.relaxed]) disk.close();
    return broken(person, error);
  }
  if (end) await device.diskIs(end);
  return device;
}

async function broken(person: string, error: unknown): Promise<Device> {
  const { brokenDevice } = await loadBroken();
  return brokenDevice(person, troubleOf(error) === 'storage-full' ? 'full' : 'failed');
}
