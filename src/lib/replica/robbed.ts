/** A tab that was too slow loses the line to another one: what it still wanted to do to the outbox is not its own any more. */
import type { Disk } from './disk.ts';

/** Whether another leader has claimed the line since. Inside a transaction on `kv`, with what it is asked for. */
export async function isRobbed({ kv }: Disk, claim: string | undefined): Promise<boolean> {
  return claim !== undefined && (await kv.get('leader'))?.value !== claim;
}
