/** The device of one person: everything a page needs, from the disk of this browser. */
import type { Device } from './types.ts';

export interface OpenOptions {
  person: string;
  /** WebSocket address of the relay's line; default: `/line` of the page's own origin. */
  url?: string;
  /** Version of the app, for the relay's log. */
  app?: string;
}

/**
 * Opens the person's database and becomes one of their tabs; resolves as soon as the disk answers, never waits for the
 * network. Never rejects for a broken disk: `disk` of the device is then `failed`, and nothing was wiped.
 */
export function openDevice(_options: OpenOptions): Promise<Device> {
  return Promise.reject(new Error('not written yet'));
}
