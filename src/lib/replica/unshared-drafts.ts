/** Unfinished messages that no other device has. */
import type { Disk, Kv } from './disk.ts';

const PREFIX = 'draft/';

export async function unsharedDrafts(kv: Disk['kv']): Promise<{ name: string; text: string }[]> {
  const rows: Kv[] = await kv.where('key').startsWith(PREFIX).toArray();
  return rows.flatMap(({ key, value, ...row }) =>
    typeof value === 'string' && value !== '' && !('shared' in row)
      ? [{ name: key.slice(PREFIX.length), text: value }]
      : [],
  );
}
