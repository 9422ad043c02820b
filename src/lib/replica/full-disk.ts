/**
 * While the disk takes nothing more: what comes for the chats and papers on screen is shown from memory, nothing is answered as if
 * it were stored, and the disk is asked again and again whether it has room. Then the line begins anew and brings it all.
 */
import { roomOf } from '#shared/school/names.ts';
import type { Frame, Patch, Update } from '#shared/wire/frames.ts';
import type { Disk } from './disk.ts';
import { newsOf, placeOf } from './feed-news.ts';
import { inflate } from './inflate.ts';
import { pauseFor } from './live-room.ts';
import { freshDoc } from './stored-doc.ts';
import { roomWord, type Tabs } from './tabs.ts';

/** So much must fit before the line brings again what was missed. */
const ROOM_BYTES = 64 * 1024;

export interface FullDiskGround {
  disk: Disk;
  tabs: Tabs;
  /** There is room. */
  again(): void;
}

export class FullDisk {
  readonly #ground: FullDiskGround;
  /** Rooms whose copy here is of another epoch: nothing of the two may be shown as one. */
  readonly #foreign = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;

  constructor(ground: FullDiskGround) {
    this.#ground = ground;
  }

  /** Asks the disk until it has room, less and less often. */
  wait(): void {
    this.#timer ??= setTimeout(() => void this.#ask(), pauseFor(this.#tries++));
  }

  /** The person or the network is back: there may be room. */
  wake(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask());
  }

  /** Something was stored: the next trouble is a new one. */
  stored(): void {
    if (!this.#timer) this.#tries = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async show(frames: readonly Frame[]): Promise<void> {
    for (const frame of frames) {
      if (frame.kind === 'room') await this.#noteEpoch(frame.room, frame.epoch);
      else if (frame.kind === 'patch') await this.#patch(frame);
      else if (frame.kind === 'update') await this.#say(frame, [{ ...frame }]);
    }
  }

  async #ask(): Promise<void> {
    const asked = this.#timer;
    const hasRoom = await takes(this.#ground.disk).catch(() => false);
    // Let go of, or asked again meanwhile.
    if (this.#timer !== asked) return;
    this.#timer = undefined;
    if (!hasRoom) {
      this.wait();
      return;
    }
    this.#foreign.clear();
    this.#ground.tabs.say({ say: 'full', is: false });
    this.#ground.again();
  }

  /** Of papers those alone that nobody writes in here: what is typed would stand on words that the disk does not have. */
  async #isShown(room: string): Promise<boolean> {
    if (this.#foreign.has(room)) return false;
    if (room.startsWith('chat/')) return true;
    const { pens } = this.#ground.disk;
    return room.startsWith('paper/') && (await pens.where('room').equals(room).count()) === 0;
  }

  async #noteEpoch(room: string, epoch: string): Promise<void> {
    const row = await this.#ground.disk.rooms.get(room);
    const isNew = room.startsWith('paper/') && !row?.epoch;
    if (isNew || row?.epoch === epoch) this.#foreign.delete(room);
    else this.#foreign.add(room);
  }

  async #patch(patch: Patch): Promise<void> {
    const doc = (await this.#ground.disk.docs.get(patch.doc)) ?? freshDoc(patch.doc);
    if (patch.from > doc.seq) return;
    if (patch.deflated) await inflate(patch);
    await this.#say(patch, patch.places);
  }

  async #say(
    { doc, bytes }: Patch | Update,
    at: readonly { id?: string; seq: number; at: number }[],
  ): Promise<void> {
    const room = roomOf(doc);
    if (!(await this.#isShown(room))) return;
    const places = newsOf(doc, bytes).created.flatMap((made) => {
      const place = at.find(({ id = made.id }) => id === made.id);
      return place ? [placeOf(room, doc, made, place.seq, place.at)] : [];
    });
    this.#ground.tabs.say(roomWord(room, { changes: [{ doc, bytes }], places }));
  }
}

/** Whether something of some size can be stored. Nothing of it stays. */
async function takes(disk: Disk): Promise<boolean> {
  return disk.transaction('rw', disk.tails, async () => {
    const id = await disk.tails.add({ doc: '', room: '', seq: 0, bytes: new Uint8Array(ROOM_BYTES) });
    await disk.tails.update(id, { seq: 1 });
    await disk.tails.delete(id);
    return true;
  });
}
