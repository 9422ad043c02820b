/** An administrator's device: it opens the registry over the line and sends real changes of it. */
import * as Automerge from '@automerge/automerge';
import {
  actorOf,
  type Changed,
  type DutyChange,
  type RegistryDoc,
  setDuty,
  setHistory,
  setMatrix,
  setRole,
} from '#shared/registry/change.ts';
import type { Matrix } from '#shared/school/may.ts';
import type { Role } from '#shared/school/roles.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { contentOf, TestDevice } from './device.ts';
import type { TestRelay } from './relay.ts';

const DOC = 'org/main/registry';

export class AdminDevice {
  readonly device: TestDevice;
  #doc: RegistryDoc;

  private constructor(device: TestDevice, doc: RegistryDoc) {
    this.device = device;
    this.#doc = doc;
  }

  static async start(relay: TestRelay, person = 'elena'): Promise<AdminDevice> {
    const device = await TestDevice.start(relay, relay.sessions.signIn(person));
    device.line.say({ kind: 'open', room: 'org/main', epoch: '', held: [], newest: true });
    const state = await device.line.next('room');
    device.epochs.set('org/main', state.epoch);
    await device.line.settled();
    let doc: RegistryDoc = Automerge.init({ actor: actorOf(device.lease) });
    // The whole, and what came since it was made.
    for (const frame of device.line.heard.splice(0))
      if (frame.kind === 'patch') doc = Automerge.loadIncremental(doc, contentOf(frame));
    return new AdminDevice(device, doc);
  }

  setRole(person: string, from: Role, to: Role): Promise<Extract<Frame, { kind: 'ack' | 'refuse' }>> {
    return this.#send(setRole(Automerge, this.#doc, { person, from, to, at: Date.now() }));
  }

  setMatrix(chat: string, from: Matrix, to: Matrix): Promise<Extract<Frame, { kind: 'ack' | 'refuse' }>> {
    return this.#send(setMatrix(Automerge, this.#doc, { chat, from, to, at: Date.now() }));
  }

  setDuty(change: Omit<DutyChange, 'at'>): Promise<Extract<Frame, { kind: 'ack' | 'refuse' }>> {
    return this.#send(setDuty(Automerge, this.#doc, { ...change, at: Date.now() }));
  }

  setHistory(chat: string, from: boolean, to: boolean): Promise<Extract<Frame, { kind: 'ack' | 'refuse' }>> {
    return this.#send(setHistory(Automerge, this.#doc, { chat, from, to, at: Date.now() }));
  }

  /** Any change at all, as a hand-made app would send it. What is refused is taken back. */
  async change(
    edit: (draft: Record<string, unknown>) => void,
  ): Promise<Extract<Frame, { kind: 'ack' | 'refuse' }>> {
    const doc = Automerge.change(
      Automerge.clone(this.#doc, { actor: actorOf(this.device.lease) }),
      { time: 1 },
      edit,
    );
    return this.#send({ ok: true, doc, bytes: Automerge.getLastLocalChange(doc) as Uint8Array });
  }

  #send(changed: Changed): Promise<Extract<Frame, { kind: 'ack' | 'refuse' }>> {
    if (!changed.ok) throw new Error(`not made: ${changed.code}`);
    this.#doc = changed.doc;
    return this.device.send(this.device.wrap(DOC, changed.bytes));
  }
}
