/** The first leases of a person on a device, brought right after signing in: the first screen may write at once. */
import { Disk, SPARE } from './disk.ts';
import { SPARES_KEPT, sparesIn } from './pens.ts';

/** A slow school must not hold the door: without leases one can write too, only not send. */
const STOCK_MS = 4_000;

/** Asks the relay for what is missing and keeps it. Never rejects: the line brings leases as well. */
export async function stockLeases(person: string): Promise<void> {
  const disk = new Disk(person, 'strict');
  try {
    await disk.open();
    const missing = SPARES_KEPT - (await sparesIn(disk));
    if (missing <= 0) return;
    const leases = await askLeases(missing);
    await disk.leases.bulkPut(leases.map((lease) => ({ lease, slot: SPARE, ids: 0 })));
  } catch {
    // A disk that does not open is told by the device.
  } finally {
    disk.close();
  }
}

async function askLeases(count: number): Promise<number[]> {
  const answer = await fetch('/api/leases', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ count }),
    signal: AbortSignal.timeout(STOCK_MS),
  });
  const body: unknown = answer.ok ? await answer.json() : undefined;
  const { leases } = (body ?? {}) as { leases?: unknown };
  return Array.isArray(leases) ? leases.filter((lease) => Number.isSafeInteger(lease)) : [];
}
