/** Asks the relay which papers there are in the person's chats: a device knows those of chats that it has loaded. */
import type { Device, PaperRow } from '#lib/replica/types.ts';

/** Brings the list up to date while there is a network; what was known before stays otherwise. */
export async function listPapers(device: Device): Promise<void> {
  const answer = await fetch('/api/papers').catch(() => undefined);
  if (!answer?.ok) return;
  // A page of somebody else's network (a Wi-Fi's sign-in) is no answer.
  const body: { papers?: PaperRow[] } | undefined = await answer.json().catch(() => undefined);
  if (Array.isArray(body?.papers)) await device.keepPapers(body.papers);
}
