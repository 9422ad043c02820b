/** The end of a person's use of a device: what is unsent is sent, taken along or let go by their own word, and then all goes. */
import type { CopyRow, Disk } from './disk.ts';
import { doubtedWords } from './doubted.ts';
import { exportUnsent } from './export.ts';
import { copyOf } from './private-copy.ts';
import type { Tabs } from './tabs.ts';
import { notesUnder } from './typed-notes.ts';
import type { Device, PaperRow, RefusedDraft } from './types.ts';
import { unheldNotes } from './unheld-notes.ts';
import { unsharedDrafts } from './unshared-drafts.ts';
import { wipe } from './wipe.ts';

const WAIT_MS = 15_000;
/** A tab that the browser froze neither saves nor lets go. */
const BYE_MS = 2_000;
/** What waits may still go out over a line like this. */
const COMING: readonly string[] = ['connecting', 'online'];
/** Acts that hold nothing one could miss. */
const WORDLESS: readonly string[] = ['reaction.set', 'pin.set', 'pin.remove', 'message.delete'];

export interface LeavingGround {
  device: Pick<
    Device,
    'person' | 'unsent' | 'refused' | 'line' | 'disk' | 'subscribe' | 'wake' | 'exportAll' | 'close'
  >;
  disk: Disk;
  tabs: Tabs;
  /** Puts on disk what is only in memory; notes it where the disk is gone. */
  save(): Promise<void>;
}

/** As `signOut` of a device promises. */
export async function leave(
  ground: LeavingGround,
  how: Parameters<Device['signOut']>[0],
): ReturnType<Device['signOut']> {
  const isCleared = () => ground.device.disk === 'cleared';
  try {
    if (!isCleared()) return await leaveDisk(ground, how);
  } catch (error) {
    // The browser may clear the storage while the person is asked, or the school is waited for.
    if (!isCleared()) throw error;
  }
  return leaveCleared(ground, how);
}

async function leaveDisk(
  { device, disk, tabs, save }: LeavingGround,
  how: Parameters<Device['signOut']>[0],
): ReturnType<Device['signOut']> {
  await save();
  if (how === 'wait') {
    device.wake();
    await emptied(device);
  }
  const before = await leftIn(device, disk, how);
  if (before) return before;
  // Another tab may hold words of the last moment: they are unsent too.
  await alone(tabs);
  const left = await leftIn(device, disk, how);
  if (left) return left;
  const exported = how === 'export' ? await exportUnsent(disk, device.person) : undefined;
  await device.close();
  await wipe(device.person);
  return { at: 'gone', exported };
}

/** Nothing is on the disk any more: what is left is in memory, and in notes. */
async function leaveCleared(
  { device, save }: LeavingGround,
  how: Parameters<Device['signOut']>[0],
): ReturnType<Device['signOut']> {
  const { unsent: count, person } = device;
  await save();
  if (how === 'wait') {
    const noted = notesUnder(person, '').filter(([, words]) => words !== '');
    const here = noted.length + device.refused().filter(hasWords).length;
    if (count + here > 0) return { at: 'unsent', count, here, papers: [] };
  }
  const exported = how === 'export' ? await device.exportAll() : undefined;
  await wipe(person);
  return { at: 'gone', exported };
}

/** Has the other tabs save and let go; resolves when they did, and after a while all the same. */
async function alone(tabs: Tabs): Promise<void> {
  tabs.tell({ say: 'bye' });
  const { held = [] } = await navigator.locks.query();
  const slots = held.map(({ name = '' }) => name).filter((name) => name.startsWith(`${tabs.name}-slot-`));
  const others = slots.filter((name) => name !== `${tabs.name}-slot-${tabs.slot}`);
  const signal = AbortSignal.timeout(BYE_MS);
  await Promise.allSettled(others.map((name) => navigator.locks.request(name, { signal }, () => {})));
}

/** What would be lost; undefined when nothing is. A file takes along what the disk has. */
async function leftIn(
  device: Pick<Device, 'person' | 'unsent'>,
  disk: Disk,
  how: Parameters<Device['signOut']>[0],
): Promise<{ at: 'unsent'; count: number; here: number; papers: string[] } | undefined> {
  if (how === 'discard') return undefined;
  const stored = await disk.outbox.count();
  const { here, papers } = how === 'wait' ? await onlyHere(disk, device.person) : { here: 0, papers: [] };
  const count = Math.max(device.unsent, stored);
  const lost = how === 'wait' ? count + here : count - stored;
  return lost > 0 ? { at: 'unsent', count, here, papers } : undefined;
}

/**
 * Texts that the school does not have and will not get from here: refused, returned, too long to travel, or only noted;
 * and those that a restore may have lost. Papers among them by their titles.
 */
async function onlyHere(disk: Disk, person: string): Promise<{ here: number; papers: string[] }> {
  const { refused, pieces, copies, kv } = disk;
  const drafts = await refused.filter(hasWords).count();
  const whole: CopyRow[] = await copies.toArray();
  const kept = new Set(whole.map(({ id }) => id));
  // The relay tells again of what it told once; a private copy and its pieces are one.
  const returned = await pieces.filter((row) => !row.from && !row.done && row.text.trim() !== '').toArray();
  for (const { id } of returned) kept.add(copyOf(id));
  const noted = await unheldNotes(disk, person);
  const doubted = await doubtedWords(disk);
  const here = drafts + kept.size + noted.length + doubted.length + (await unsharedDrafts(kv)).length;
  const cards: (PaperRow | undefined)[] = await disk.papers.bulkGet(returned.map(({ paper }) => paper));
  const titles = [...whole, ...cards, ...doubted].map((of) => of?.title ?? '').filter(Boolean);
  return { here, papers: [...new Set(titles)] };
}

/** A refused copy of what stands in a person's own document is no text of theirs. */
function hasWords({ room, intent }: Pick<RefusedDraft, 'room' | 'intent'>): boolean {
  return !room.startsWith('me/') && !WORDLESS.includes(intent.act);
}

/** Resolves when nothing waits to be sent any more, when it cannot be sent now, and after a while all the same. */
async function emptied(device: Pick<Device, 'unsent' | 'line' | 'disk' | 'subscribe'>): Promise<void> {
  if (device.unsent === 0 || !navigator.onLine) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, WAIT_MS);
    const stop = device.subscribe((topic) => {
      const isAway = topic === 'line' && !COMING.includes(device.line.at);
      if (device.unsent === 0 || isAway || device.disk === 'cleared') done();
    });
    function done() {
      clearTimeout(timer);
      stop();
      resolve();
    }
  });
}
