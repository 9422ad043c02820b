/** An administrator's device: it opens the registry over the line and sends real changes of it. */
import * as Automerge from '@automerge/automerge';
import { actorOf, type Changed, type RegistryDoc, setMatrix, setRole } from '#shared/registry/change.ts';
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
    const patch = await device.line.next('patch');
    const doc = Automerge.load<Record<string, unknown>>(contentOf(patch), { actor: actorOf(device.lease) });
    return new AdminDevice(device, doc);
  }

  setRole(person: string, from: Role, to: Role): Promise<Extract<Frame, { kind: 'ack' | 'refuse' }>> {
    return this.#send(setRole(Automerge, this.#doc, { person, from, to, at: Date.now() }));
  }

  setMatrix(chat: string, from: Matrix, to: Matrix): Promise<Extract<Frame, { kind: 'ack' | 'refuse' }>> {
    return this.#send(setMatrix(Automerge, this.#doc, { chat, from, to, at: Date.now() }));
  }

  #send(changed: Changed): Promise<Extract<Frame, { kind: 'ack' | 'refuse' }>> {
    if (!changed.ok) throw new Error(`not made: ${changed.code}`);
    this.#doc = changed.doc;
    return this.device.send(this.device.wrap(DOC, changed.bytes));
  }
}
