/**
 * What a room holds in memory while it is awake: sequence, leases, documents, and what waits to be said. When its
 * memory and its log part ways (a failed append, a document that the judge broke) it is dropped whole.
 */
import { parseDoc, registryDoc } from '#shared/school/names.ts';
import { SHORT_DIGEST_BYTES } from '#shared/wire/digest.ts';
import type { School } from '../registry/school.ts';
import type { LeaseLast, Log, RoomRow, StoredLast } from '../store/log.ts';
import { KeptDoc } from './kept-doc.ts';
import { OutQueue } from './out-queue.ts';
import type { Places } from './places.ts';
import { RegistryContent } from './registry-content.ts';
import { YjsContent } from './yjs-content.ts';

export interface Ground {
  log: Log;
  fence: number;
  places: Places;
  school: School;
}

export class Live {
  readonly room: string;
  readonly epoch: string;
  /** Applied in memory; `out.durable` is what is on disk. */
  seq: number;
  readonly since: number;
  /** Sequence up to which a backup holds the room: it rises when somebody says hello after a backup. */
  backed: number;
  head: number;
  readonly lasts: Map<number, LeaseLast>;
  /** Short digests of each lease's latest intents, the last one's at the end. */
  readonly sums: Map<number, number[]>;
  /** Ids that were ever used in a chat: one is used once, whatever the segment. */
  readonly ids: Set<string>;
  readonly docs = new Map<string, KeptDoc>();
  /** Documents of the room that have content, with the sequence that last touched each. */
  readonly touched: Map<string, number>;
  readonly out: OutQueue;
  /** Set when the memory is void: late answers of the log mean nothing to it. */
  dead = false;
  readonly #ground: Ground;

  private constructor(
    ground: Ground,
    row: RoomRow,
    lasts: StoredLast[],
    docs: { doc: string; seq: number }[],
    ids: string[],
  ) {
    this.#ground = ground;
    this.room = row.room;
    this.epoch = row.epoch;
    this.seq = row.seq;
    this.since = row.since;
    this.backed = row.backed;
    this.head = row.head;
    this.lasts = new Map(lasts.map(({ sums: _, ...last }) => [last.lease, last]));
    this.sums = new Map(lasts.map(({ lease, sums }) => [lease, unpacked(sums)]));
    this.touched = new Map(docs.map(({ doc, seq }) => [doc, seq]));
    this.ids = new Set(ids);
    this.out = new OutQueue(row.seq);
  }

  /** From the log or not at all: a rejected promise opens the room for nobody. */
  static async load(ground: Ground, room: string): Promise<Live> {
    const row = await ground.log.room(room, ground.fence);
    const [lasts, docs, ids] = await Promise.all([
      ground.log.lasts(room),
      ground.log.docs(room),
      room.startsWith('chat/') ? ground.log.ids(room) : [],
    ]);
    return new Live(ground, row, lasts, docs, ids);
  }

  /** Whether a name is a document of this room that may exist now. */
  holds(doc: string): boolean {
    const name = parseDoc(doc);
    if (!name || !(doc === this.room || doc.startsWith(`${this.room}/`))) return false;
    return name.kind === 'feed' ? name.segment <= this.head : name.kind !== 'margin';
  }

  /** A document, read from the log at first. Rejects when its rows are torn. */
  async doc(name: string): Promise<KeptDoc> {
    const known = this.docs.get(name);
    if (known) return known;
    const [stored, places] = await Promise.all([
      this.#ground.log.load(name),
      this.#ground.log.places(name, 0),
    ]);
    const updates = stored.rows.map((row) => row.bytes);
    if (stored.snapshot && stored.snapshot.bytes.length > 0) updates.unshift(stored.snapshot.bytes);
    const kept = new KeptDoc(name, this.epoch, this.#content(name, updates, places), { ...stored, places });
    this.docs.set(name, kept);
    return kept;
  }

  #content(name: string, updates: Uint8Array[], places: { kind: string }[]) {
    const { school, places: where } = this.#ground;
    const kind = parseDoc(name)?.kind;
    // The school itself was told all of its log at start (registry.ts) and every change since.
    if (kind === 'registry' && name === registryDoc(school.org)) return new RegistryContent(school);
    if (kind === undefined || kind === 'margin' || kind === 'registry')
      throw new Error(`no such document: ${name}`);
    const messages = places.filter((place) => place.kind === 'message').length;
    return new YjsContent(name, kind, updates, messages, (person) =>
      where.around(name, person, this.head, this.ids),
    );
  }
}

function unpacked(sums: Uint8Array): number[] {
  const view = Buffer.from(sums.buffer, sums.byteOffset, sums.byteLength);
  return Array.from({ length: sums.length / SHORT_DIGEST_BYTES }, (_, i) =>
    view.readUIntBE(i * SHORT_DIGEST_BYTES, SHORT_DIGEST_BYTES),
  );
}
