/**
 * Own acts that the relay took and that no backup holds yet, as far as this device knows. A restore forgets them: then
 * they are offered again, even when the room's copy is gone from here. Once a backup is announced they are let go.
 * A paper's words stand in its copy; when that goes, they are put aside among them (put-aside.ts).
 */
import * as Y from 'yjs';
import { backedUp } from '#shared/wire/backed.ts';
import type { RoomState } from '#shared/wire/frames.ts';
import type { AckedRow, Disk, Kv, OutRow } from './disk.ts';
import type { Intent } from './types.ts';
import { type Deletes, hasDeletes } from './ydoc.ts';

/** The relay has it, and this device missed where: at most what the room has now. */
export const SOMEWHERE = Number.MAX_SAFE_INTEGER;
const NO_CLOCK = -1;
/** Acts that say how something is: the last word about it is all of it. */
const LAST_WORDS: ReadonlySet<Intent['act']> = new Set(['reaction.set', 'pin.set', 'pin.remove', 'me.set']);

/** The acts kept of a room. Inside a transaction on `acked`. */
export async function ackedIn(disk: Disk, room: string): Promise<AckedRow[]> {
  return disk.acked.where('room').equals(room).sortBy('id');
}

/** Keeps an act that leaves the outbox because the relay has it. Inside a transaction on `acked`. */
export async function keepAct(disk: Disk, out: OutRow, seq: number): Promise<AckedRow | undefined> {
  const { room, doc, epoch, lease, intent } = out;
  if (intent.act === 'paper.write') return undefined;
  const row = { room, doc, epoch, seq, lease, clock: clockOf(out), intent };
  return { ...row, id: await disk.acked.add(row) };
}

/** The last struct that an act brought: it dies when the act is undone, by whoever may. */
function clockOf({ doc, bytes, lease }: OutRow): number {
  if (doc.endsWith('/registry') || bytes.length === 0) return NO_CLOCK;
  const end = Y.parseUpdateMeta(bytes).to.get(lease);
  return end === undefined ? NO_CLOCK : end - 1;
}

/** A room opened in the epoch that is held here: what a backup holds is let go; how far that is. Inside a transaction on `acked`, `kv`. */
export async function letGo(disk: Disk, state: RoomState, rows: readonly AckedRow[]): Promise<number> {
  const backed = backedUp(state);
  const held = rows.filter(({ seq }) => seq <= backed);
  if (held.length > 0) await disk.acked.bulkDelete(held.map(({ id }) => id));
  const known = rows.filter(({ seq }) => seq === SOMEWHERE);
  await disk.acked.bulkPut(known.map((row) => ({ ...row, seq: state.seq })));
  if (backed > 0 && state.room.startsWith('org/'))
    await decided(disk, state.room)
      .filter((row) => decisionOf(row).seq <= backed)
      .delete();
  return backed;
}

/** Of two acts about the same thing one is enough. */
export function aboutOf(intent: Intent): string {
  switch (intent.act) {
    case 'message.create':
    case 'paper.create':
    case 'message.edit':
      return intent.id;
    case 'pin.set':
    case 'pin.remove':
      return `pin ${intent.message}`;
    case 'me.set':
      return `${intent.root} ${intent.key}`;
    default:
      return 'message' in intent ? `${intent.act} ${intent.message}` : intent.act;
  }
}

/** Decisions in the first form. Inside a transaction on `kv`. */
export const decided = (disk: Disk, room: string) => disk.kv.where('key').startsWith(`decided/${room}/`);
export const decisionOf = (row: Kv) => (row as Extract<Kv, { key: `decided/${string}` }>).value;

/** What one transaction does to the kept acts while the relay is heard. */
export class Acked {
  readonly #disk: Disk;
  /** Kept acts of the documents that were asked about. */
  readonly #kept = new Map<string, AckedRow[]>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** The relay took an act. */
  async took(out: OutRow, seq: number): Promise<void> {
    await this.undone(out.doc, out.bytes);
    if (LAST_WORDS.has(out.intent.act)) {
      const about = aboutOf(out.intent);
      await this.#drop(out.doc, (row) => LAST_WORDS.has(row.intent.act) && aboutOf(row.intent) === about);
    }
    const row = await keepAct(this.#disk, out, seq);
    if (row) this.#kept.get(out.doc)?.push(row);
  }

  /** Acts whose words an update deletes, or whose place it takes, are not to be offered again. */
  async undone(doc: string, bytes: Uint8Array): Promise<void> {
    if (doc.endsWith('/registry') || doc.startsWith('paper/') || !hasDeletes(bytes)) return;
    let deletes: Deletes | undefined;
    await this.#drop(doc, ({ lease, clock }) => {
      deletes ??= Y.decodeUpdate(bytes).ds.clients;
      const ranges = deletes.get(lease);
      return ranges?.some((range) => clock >= range.clock && clock < range.clock + range.len) === true;
    });
  }

  async #drop(doc: string, is: (row: AckedRow) => boolean): Promise<void> {
    const kept = this.#kept.get(doc) ?? (await this.#disk.acked.where('doc').equals(doc).toArray());
    const dropped = kept.filter(is);
    this.#kept.set(
      doc,
      kept.filter((row) => !dropped.includes(row)),
    );
    if (dropped.length > 0) await this.#disk.acked.bulkDelete(dropped.map(({ id }) => id));
  }
}
