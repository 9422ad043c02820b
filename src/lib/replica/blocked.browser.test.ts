import { Dexie } from 'dexie';
import { expect, onTestFinished, test } from 'vitest';
import { openDevice } from './device.ts';
import { diskName } from './disk.ts';
import type { Device } from './types.ts';
import { wipe } from './wipe.ts';

test('[R742] a tab of an older app that does not let go of the database is told of, and the device opens by itself once it is closed', async () => {
  onTestFinished(() => wipe('masha'));
  const frozen = new Dexie(diskName('masha'));
  frozen.version(1).stores({ kv: 'key' });
  // Dexie would let go by itself; a page that the browser froze does not.
  frozen.on('versionchange', () => false);
  await frozen.open();
  let device: Device | undefined;
  let opening: Promise<void> | undefined;
  await new Promise<void>((blocked) => {
    opening = openDevice({ person: 'masha', url: 'ws://127.0.0.1:9/masha', blocked }).then((opened) => {
      device = opened;
    });
  });
  expect(device).toBeUndefined();
  frozen.close();
  await opening;
  expect(device?.disk).toBe('open');
  await device?.close();
});
