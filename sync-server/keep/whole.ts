/** Output that is there whole or not at all: written beside its place under a dotted name, then renamed. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../folders.ts';

/** Fills a new folder through `fill` and gives it its name when that succeeded; leaves nothing behind otherwise. */
export async function wholeFolder<T>(folder: string, fill: (partial: string) => Promise<T>): Promise<T> {
  const partial = partialOf(folder);
  rmSync(partial, { recursive: true, force: true });
  makeFolder(partial, 0o700);
  try {
    const result = await fill(partial);
    renameSync(partial, folder);
    syncToDisk(dirname(folder));
    return result;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

/** Replaces a small file in one step, durably. */
export function wholeFile(file: string, text: string): void {
  const partial = partialOf(file);
  writeFileSync(partial, text, { mode: 0o600, flush: true });
  renameSync(partial, file);
  syncToDisk(dirname(file));
}

/** Waits until a file or folder is on the disk. */
export function syncToDisk(path: string): void {
  if (!existsSync(path)) return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function partialOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
}
