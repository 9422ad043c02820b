/** The school port on an Automerge document. */

import { randomBytes } from 'node:crypto';
import * as Automerge from '@automerge/automerge';
import type { RegistryAct } from '#shared/registry/acts.ts';
import type { RegistryDoc } from '#shared/registry/change.ts';
import type { Projection } from '#shared/registry/shape.ts';
import type { ChatPlace } from '#shared/school/may.ts';
import type { Standing } from '#shared/school/roles.ts';
import { type Directory, directoryOf, joinsBetween } from './directory.ts';
import { judgeChange } from './judge.ts';
import { concerned, type NameOf, projectionOf } from './projection.ts';
import type { JudgedChange, School } from './school.ts';
import { type State, stateOf } from './state.ts';

/** Judged changes that wait for the disk, in order: each stands on the one before it. */
const PENDING_MAX = 64;

/** How big the registry may be, as it is saved. */
export interface RegistryBytes {
  /** Changes of administrators go on up to here: the whole must fit a frame. */
  admins: number;
  /** Nobody else's do beyond it: whoever filled it can still be stopped. */
  others: number;
}
const MB = 1024 * 1024;
const BYTES_MAX: RegistryBytes = { admins: 3 * MB, others: 2 * MB };

interface Pending {
  after: State;
  bytes: number;
  directory: Directory;
  acts: RegistryAct[];
}

export class AutomergeSchool implements School {
  readonly org: string;
  #nameOf: NameOf;
  #doc: RegistryDoc = Automerge.init();
  #durable: State | undefined;
  #directory: Directory | undefined;
  #pending: Pending[] = [];
  readonly #bytesMax: RegistryBytes;
  /** As it is saved, about: what came since it was measured counts as it came. */
  #bytes = 0;
  #isMeasured = false;
  #listeners = new Set<(persons: ReadonlySet<string> | undefined) => void>();

  constructor(org: string, nameOf: NameOf, bytesMax = BYTES_MAX) {
    this.org = org;
    this.#bytesMax = bytesMax;
    this.#nameOf = nameOf;
  }

  standing(person: string): Standing | undefined {
    return this.#now().people.get(person);
  }

  /** An administrator, the same one as long as they are. */
  firstAdministrator(): string | undefined {
    return [...this.#now().people.values()].find(({ role }) => role === 'admin')?.person;
  }

  chat(id: string): ChatPlace | undefined {
    return this.#now().places.get(id);
  }

  chatsOf(person: string): string[] {
    return [...(this.#now().chats.get(person) ?? [])];
  }

  membersOf(chat: string): string[] {
    return [...(this.#now().members.get(chat) ?? [])];
  }

  projection(person: string): Projection | undefined {
    return projectionOf(this.#now(), this.#state().seq, person, this.#nameOf);
  }

  onChange(listener: (persons: ReadonlySet<string> | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get bytes(): number {
    return this.#bytes;
  }

  save(): Uint8Array {
    return Automerge.save(this.#state().doc);
  }

  judge(bytes: Uint8Array, person: string, lease: number): JudgedChange {
    if (this.#pending.length >= PENDING_MAX) return { ok: false, code: 'try-later' };
    if (this.#isFullFor(bytes.length, person)) return { ok: false, code: 'school-is-full' };
    const last = this.#pending.at(-1);
    const state = last?.after ?? this.#state();
    const judged = judgeChange(state, { bytes, person, lease });
    if (!judged.ok) return judged;
    const directory = directoryOf(judged.after.plain);
    const joins = joinsBetween(last?.directory ?? this.#now(), directory);
    const pending = { after: judged.after, bytes: bytes.length, directory, acts: judged.acts };
    this.#pending.push(pending);
    return { ok: true, joins, commit: () => this.#commit(pending), abandon: () => this.#abandon(pending) };
  }

  replay(bytes: Uint8Array): void {
    this.#pending = [];
    const before = Automerge.getHeads(this.#doc).join();
    this.#doc = before ? Automerge.loadIncremental(this.#doc, bytes) : Automerge.load(bytes);
    if (Automerge.getHeads(this.#doc).join() === before) return;
    this.#grew(bytes.length);
    this.#durable = undefined;
    this.#directory = undefined;
  }

  #commit(pending: Pending): void {
    if (this.#pending[0] !== pending)
      throw new Error('registry changes are committed in the order they were judged');
    this.#pending.shift();
    const before = this.#now();
    this.#grew(pending.bytes);
    Automerge.free(this.#doc);
    this.#durable = pending.after;
    this.#doc = pending.after.doc;
    this.#directory = pending.directory;
    const persons = concerned(pending.acts, before, this.#directory);
    for (const listener of [...this.#listeners]) listener(persons);
  }

  #isFullFor(more: number, person: string): boolean {
    const max = this.#bytesMax[this.standing(person)?.role === 'admin' ? 'admins' : 'others'];
    if (this.#bytes + more <= max) return false;
    // To save it costs as much as it is big: done only when it may be full, and once for each state.
    if (!this.#isMeasured) this.#bytes = this.save().length;
    this.#isMeasured = true;
    return this.#bytes + more > max;
  }

  #grew(bytes: number): void {
    this.#bytes += bytes;
    this.#isMeasured = false;
  }

  #abandon(pending: Pending): void {
    const at = this.#pending.indexOf(pending);
    if (at < 0) return;
    for (const { after } of this.#pending.splice(at)) Automerge.free(after.doc);
  }

  #state(): State {
    this.#durable ??= stateOf(this.#doc);
    return this.#durable;
  }

  #now(): Directory {
    this.#directory ??= directoryOf(this.#state().plain);
    return this.#directory;
  }
}

/** The actor under which the relay itself writes: a new one for each ownership, never the form of a lease. */
export function relayActor(): string {
  return randomBytes(16).toString('hex');
}
