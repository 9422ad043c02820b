/** Opening a room on a line, and bringing one document: what a device gets is what is durable, or nothing. */
import { LIMITS } from '#shared/school/limits.ts';
import { parseDoc } from '#shared/school/names.ts';
import { announced } from '#shared/wire/backed.ts';
import { encodeFrame } from '#shared/wire/codec.ts';
import type { Open, Pull } from '#shared/wire/frames.ts';
import type { Live } from './live.ts';
import type { Room } from './room.ts';

export interface Asker {
  readonly person: string;
  told(frame: Uint8Array): void;
  /** Tells it that there is no such document for it. */
  unknown(doc: string): void;
  /** Called at the moment from which the asker hears what is accepted. */
  joined(room: Room): void;
  /** Whether it still may hear of the room: a revocation can come while the answer waits. */
  maySee(room: string): boolean;
  /** Whether it may see a document of a room that it may see. */
  maySeeDoc(doc: string): boolean;
  /** Whether the person has asks left for so many rows to be merged for them. */
  affords(rows: number): boolean;
}

/** Answers `open`: the state of the room, patches, and from then on everything that is accepted. */
export function openRoom(room: Room, asker: Asker, ask: Open): void {
  room.run({
    run: async (live) => {
      const held = new Map(ask.epoch === live.epoch ? ask.held.map(({ doc, seq }) => [doc, seq]) : []);
      const wanted = new Set(ask.held.slice(0, LIMITS.docsPerOpenMax).map(({ doc }) => doc));
      if (ask.newest) for (const doc of newestOf(live)) wanted.add(doc);
      const state = encodeFrame(stateOf(live, asker.person));
      const patches: { doc: string; frames: Uint8Array[] | undefined }[] = [];
      for (const doc of wanted)
        patches.push({ doc, frames: await patchesOf(room, live, asker, doc, held.get(doc) ?? 0) });
      live.out.say(
        live.seq,
        () => {
          if (!asker.maySee(room.name)) return;
          asker.told(state);
          for (const { doc, frames } of patches) tellPatches(asker, doc, frames);
          asker.joined(room);
        },
        () => openRoom(room, asker, ask),
      );
    },
    failed: () => asker.told(unreadable(room.name)),
  });
}

/** Answers `pull`: the patches of one document. */
export function pullDoc(room: Room, asker: Asker, ask: Pull): void {
  room.run({
    run: async (live) => {
      const frames = await patchesOf(room, live, asker, ask.doc, ask.epoch === live.epoch ? ask.seq : 0);
      const say = () => {
        if (asker.maySee(room.name)) tellPatches(asker, ask.doc, frames);
      };
      live.out.say(live.seq, say, () => pullDoc(room, asker, ask));
    },
    failed: () => asker.told(unreadable(ask.doc)),
  });
}

/** Of what the asker may not see it is told what it would be told if there were nothing. */
function tellPatches(asker: Asker, doc: string, frames: readonly Uint8Array[] | undefined): void {
  if (!frames || !asker.maySeeDoc(doc)) asker.unknown(doc);
  else for (const frame of frames) asker.told(frame);
}

function stateOf(live: Live, person: string) {
  const own = [...live.lasts.values()].filter((last) => last.person === person);
  const lasts = own.map(({ lease, n, digest, closed }) => ({ lease, n, digest, closed }));
  return {
    kind: 'room' as const,
    room: live.room,
    epoch: live.epoch,
    seq: live.seq,
    since: live.since,
    head: live.head,
    lasts: [...lasts, ...announced(live.backed)],
  };
}

/** A document that cannot be read says so and leaves the others of the room alone; undefined for one that is none. */
async function patchesOf(
  room: Room,
  live: Live,
  asker: Asker,
  doc: string,
  from: number,
): Promise<Uint8Array[] | undefined> {
  if (!live.holds(doc) || !asker.maySeeDoc(doc)) return undefined;
  // Nothing was ever written: said without waking a document for it.
  if (!live.touched.has(doc)) return from > 0 ? [] : [untouched(live, doc)];
  try {
    const kept = await live.doc(doc);
    kept.usedAt = Date.now();
    // A device never holds more than there is: a sequence from nowhere counts as nothing.
    const known = from <= live.seq ? from : 0;
    // Made for this asker alone: who has had many gets the whole, which all others get too.
    const held = asker.affords(kept.rowsToMerge(known)) ? known : 0;
    if (held === 0 || !kept.isReady(held)) await kept.prepare();
    return kept.patches(held);
  } catch (error) {
    room.unreadable(error);
    return [unreadable(doc)];
  }
}

function untouched(live: Live, doc: string): Uint8Array {
  const { epoch, seq } = live;
  return encodeFrame({
    kind: 'patch',
    doc,
    epoch,
    from: 0,
    seq,
    places: [],
    deflated: false,
    bytes: NOTHING,
  });
}

/** A V1 update without structs and deletes. */
const NOTHING = Uint8Array.of(0, 0);

function unreadable(name: string): Uint8Array {
  return encodeFrame({ kind: 'refuse', room: name, lease: 0, n: 0, code: 'unreadable' });
}

/** Documents that a device opening a room is given when it asks for the newest. */
function newestOf(live: Live): string[] {
  const name = parseDoc(`${live.room}/pins`);
  if (name?.kind === 'pins') return [`${live.room}/feed/${live.head}`, `${live.room}/pins`];
  if (live.room.startsWith('org/')) return [`${live.room}/registry`];
  return [live.room];
}
