/** The registry on the tab of who may change it: offline too, shown at once, judged by the relay like everything else. */
import type { RegistryReplica } from '#lib/registry/automerge.ts';
import { maySetDuty, maySetHistory, maySetMatrix } from '#shared/registry/rights.ts';
import type { Projection } from '#shared/registry/shape.ts';
import { type Matrix, may, type Verdict as Ruling } from '#shared/school/may.ts';
import { registryDoc, roomOf } from '#shared/school/names.ts';
import type { Duty, Role, Standing } from '#shared/school/roles.ts';
import { standingOf } from './acts.ts';
import type { RoomCopy } from './copy.ts';
import type { Disk, OutRow } from './disk.ts';
import type { Fetching } from './fetching.ts';
import type { Shelf } from './shelf.ts';
import { readParts } from './stored-doc.ts';
import type { RoomWord } from './tabs.ts';
import type { RegistryDesk, Topic, Verdict } from './types.ts';
import type { Views } from './views.ts';
import type { RegistryMaker } from './why.ts';
import type { Writer } from './writer.ts';

type RegistryIntent = Parameters<RegistryReplica['change']>[0];

export interface DeskGround {
  disk: Disk;
  projection(): Projection | undefined;
  copy(room: string): RoomCopy;
  /** Resolves when the room is read and has its pen. */
  ready(copy: RoomCopy): Promise<void>;
  put(copy: RoomCopy, intent: RegistryIntent, doc: string, bytes: Uint8Array): Promise<Verdict>;
  /** What the desk answers is different from now on. */
  changed(): void;
  /** Brings a document to disk if it can; whether it is there now. */
  fetch(doc: string): Promise<boolean>;
}

/** The parts of a device that a desk stands on. */
export interface DeskParts {
  disk: Disk;
  shelf: Pick<Shelf, 'projection'>;
  views: Pick<Views, 'open'>;
  writer: Pick<Writer, 'ready' | 'put'>;
  fetching: Pick<Fetching, 'fetch'>;
  emit(topic: Topic): void;
}

/** Rejects when the library or the registry cannot be had. */
export function openDesk({ disk, shelf, views, writer, fetching, emit }: DeskParts): Promise<Desk> {
  return Desk.open({
    disk,
    projection: () => shelf.projection,
    copy: (room) => views.open(room),
    ready: (copy) => writer.ready(copy),
    put: (copy, intent, doc, bytes) => writer.put(copy, intent, doc, bytes, ''),
    fetch: (doc) => fetching.fetch(doc),
    changed: () => emit(`org/${shelf.projection?.org.id ?? ''}`),
  });
}

/** What makes registry intents again in a recovery. */
export async function registryMaker(): Promise<RegistryMaker> {
  const { loadAutomerge, RegistryReplica } = await import('#lib/registry/automerge.ts');
  await loadAutomerge();
  return (confirmed, lease) => {
    const replica = new RegistryReplica(lease, confirmed);
    return ({ intent }) =>
      intent.act === 'role.set' ||
      intent.act === 'matrix.set' ||
      intent.act === 'history.set' ||
      intent.act === 'duty.set'
        ? replica.change(intent)
        : { ok: false, code: 'not-allowed' };
  };
}

export class Desk implements RegistryDesk {
  readonly #ground: DeskGround;
  readonly #doc: string;
  readonly #copy: RoomCopy;
  readonly #make: (lease: number, parts: readonly Uint8Array[]) => RegistryReplica;
  #replica: RegistryReplica;
  #gen: number;
  #lane: Promise<unknown> = Promise.resolve();

  private constructor(
    ground: DeskGround,
    doc: string,
    copy: RoomCopy,
    make: (lease: number, parts: readonly Uint8Array[]) => RegistryReplica,
    replica: RegistryReplica,
  ) {
    this.#ground = ground;
    this.#doc = doc;
    this.#copy = copy;
    this.#make = make;
    this.#replica = replica;
    this.#gen = copy.gen;
  }

  /** Rejects when the library or the registry cannot be had. */
  static async open(ground: DeskGround): Promise<Desk> {
    const { loadAutomerge, RegistryReplica } = await import('#lib/registry/automerge.ts');
    await loadAutomerge();
    const doc = registryDoc(ground.projection()?.org.id ?? '');
    const copy = ground.copy(roomOf(doc));
    await ground.ready(copy);
    if (!(await ground.fetch(doc))) throw new Error('the registry is not on this device yet');
    const make = (lease: number, parts: readonly Uint8Array[]) => new RegistryReplica(lease, parts);
    const replica = make(copy.pen?.lease ?? 0, await partsOf(ground.disk, doc));
    return new Desk(ground, doc, copy, make, replica);
  }

  role(person: string): Role | undefined {
    return this.#replica.role(person);
  }

  matrix(chat: string): Matrix | undefined {
    return this.#replica.matrix(chat);
  }

  hidesHistory(chat: string): boolean | undefined {
    return this.#replica.hidesHistory(chat);
  }

  duty(person: string, unit: string): Duty | undefined {
    return this.#replica.duty(person, unit);
  }

  setRole(person: string, to: Role): Promise<Verdict> {
    return this.#inLane(async () => {
      const from = this.#replica.role(person);
      if (from === undefined) return { ok: false, code: 'unknown-place' };
      const ruling = may(this.#who(), 'role.set', { kind: 'org' });
      return this.#set(ruling, { act: 'role.set', person, from, to, at: Date.now() });
    });
  }

  setMatrix(chat: string, to: Matrix): Promise<Verdict> {
    return this.#inLane(async () => {
      const from = this.#replica.matrix(chat);
      if (from === undefined) return { ok: false, code: 'unknown-place' };
      const ruling = maySetMatrix(this.#who(), { unit: this.#replica.unitOf(chat), from, to });
      return this.#set(ruling, { act: 'matrix.set', chat, from, to, at: Date.now() });
    });
  }

  setHistory(chat: string, to: boolean): Promise<Verdict> {
    return this.#inLane(async () => {
      const from = this.#replica.hidesHistory(chat);
      if (from === undefined) return { ok: false, code: 'unknown-place' };
      const ruling = maySetHistory(this.#who(), this.#replica.unitOf(chat));
      return this.#set(ruling, { act: 'history.set', chat, from, to, at: Date.now() });
    });
  }

  setDuty(person: string, unit: string, to: Duty | undefined): Promise<Verdict> {
    return this.#inLane(async () => {
      const role = this.#replica.role(person);
      if (role === undefined) return { ok: false, code: 'unknown-place' };
      const from = this.#replica.duty(person, unit);
      const ruling = maySetDuty(this.#who(), { person, role, unit, from, to });
      const duties = { ...(from && { from }), ...(to && { to }) };
      return this.#set(ruling, { act: 'duty.set', person, unit, ...duties, at: Date.now() });
    });
  }

  /** Bytes that came for the registry, or everything anew after a rebuild. */
  hear({ room, changes, rebuilt }: RoomWord): void {
    if (room !== this.#copy.room) return;
    void this.#inLane(async () => {
      if (rebuilt) await this.#reload();
      else for (const { doc, bytes } of changes) if (doc === this.#doc) this.#replica.take(bytes);
      // The device spoke of the room before this was read: a page that asked then has the old answer.
      if (rebuilt || changes.length > 0) this.#ground.changed();
    });
  }

  close(): void {}

  #who(): Standing | undefined {
    return standingOf(this.#ground.projection());
  }

  async #set(ruling: Ruling, intent: RegistryIntent): Promise<Verdict> {
    if (!ruling.ok) return ruling;
    await this.#ground.ready(this.#copy);
    const { pen } = this.#copy;
    if (!pen) return { ok: false, code: 'no-lease' };
    if (this.#copy.gen !== this.#gen) await this.#reload();
    const made = this.#replica.change(intent);
    if (!made.ok) return made;
    const verdict = await this.#ground.put(this.#copy, intent, this.#doc, made.bytes);
    if (!verdict.ok) await this.#reload();
    return verdict;
  }

  async #reload(): Promise<void> {
    await this.#ground.ready(this.#copy);
    this.#gen = this.#copy.gen;
    this.#replica = this.#make(this.#copy.pen?.lease ?? 0, await partsOf(this.#ground.disk, this.#doc));
  }

  #inLane<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lane.then(work);
    this.#lane = result.catch(() => {});
    return result;
  }
}

async function partsOf(disk: Disk, doc: string): Promise<Uint8Array[]> {
  const parts = await readParts(disk, doc);
  const out: OutRow[] = await disk.outbox.where('room').equals(roomOf(doc)).sortBy('id');
  return [...parts, ...out.map(({ bytes }) => bytes)];
}
