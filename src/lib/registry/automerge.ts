/** The registry's library, loaded with the first act that needs it: its wasm is a megabyte. */

import wasm from '@automerge/automerge/automerge.wasm?url';
import * as automerge from '@automerge/automerge/slim';
import {
  actorOf,
  plainOf,
  type RegistryDoc,
  setDuty,
  setHistory,
  setMatrix,
  setRole,
} from '#shared/registry/change.ts';
import type { Registry } from '#shared/registry/shape.ts';
import type { Matrix } from '#shared/school/may.ts';
import type { Duty, Role } from '#shared/school/roles.ts';

let loaded: Promise<void> | undefined;

/** Loads the wasm once. Rejects when it cannot be had; the next call tries again. */
export function loadAutomerge(): Promise<void> {
  loaded ??= automerge.initializeWasm(wasm).catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

export type RegistryChange =
  | { act: 'role.set'; person: string; from: Role; to: Role; at: number }
  | { act: 'matrix.set'; chat: string; from: Matrix; to: Matrix; at: number }
  | { act: 'history.set'; chat: string; from: boolean; to: boolean; at: number }
  | { act: 'duty.set'; person: string; unit: string; from?: Duty; to?: Duty; at: number };

/** The registry's document under one lease. Use it after `loadAutomerge`. */
export class RegistryReplica {
  #doc: RegistryDoc;

  constructor(lease: number, parts: readonly Uint8Array[]) {
    this.#doc = automerge.init({ actor: actorOf(lease) });
    for (const part of parts) this.take(part);
  }

  /** Takes saved bytes or changes; those already known change nothing. */
  take(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#doc = automerge.loadIncremental(this.#doc, bytes);
  }

  /** Makes a change; the exact bytes to send, or why it is not made. */
  change(intent: RegistryChange): ReturnType<typeof setRole> {
    const made = this.#made(intent);
    if (made.ok) this.#doc = made.doc;
    return made;
  }

  role(person: string): Role | undefined {
    return this.#entry('members', person)?.role as Role | undefined;
  }

  matrix(chat: string): Matrix | undefined {
    return this.#entry('chats', chat)?.matrix as Matrix | undefined;
  }

  /** Whether newcomers of a chat read no earlier messages; undefined: no such chat. */
  hidesHistory(chat: string): boolean | undefined {
    const entry = this.#entry('chats', chat);
    return entry && entry.hidesHistory === true;
  }

  duty(person: string, unit: string): Duty | undefined {
    const duties = (this.#entry('members', person)?.duties ?? {}) as Record<string, Duty>;
    return Object.hasOwn(duties, unit) ? duties[unit] : undefined;
  }

  /** The unit that a chat belongs to; null for none. */
  unitOf(chat: string): string | null {
    return (this.#entry('chats', chat)?.unit ?? null) as string | null;
  }

  #made(intent: RegistryChange): ReturnType<typeof setRole> {
    if (intent.act === 'role.set') return setRole(automerge, this.#doc, intent);
    if (intent.act === 'matrix.set') return setMatrix(automerge, this.#doc, intent);
    if (intent.act === 'history.set') return setHistory(automerge, this.#doc, intent);
    return setDuty(automerge, this.#doc, { ...intent, from: intent.from, to: intent.to });
  }

  #entry(table: 'members' | 'chats', id: string): Record<string, unknown> | undefined {
    const entries = this.#doc[table] as Registry[typeof table] | undefined;
    if (!entries || !Object.hasOwn(entries, id)) return undefined;
    return plainOf(automerge, entries[id]) as Record<string, unknown>;
  }
}
