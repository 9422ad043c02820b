/**
 * The school at the far end of a cable: what others do in it, what its administrator changes, and what becomes of its
 * disk.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPeople } from '#server/accounts/people.ts';
import { backup } from '#server/keep/backup.ts';
import { restore } from '#server/keep/restore.ts';
import { openStore } from '#server/serve.ts';
import type { Matrix } from '#shared/school/may.ts';
import type { Duty, Role } from '#shared/school/roles.ts';
import { TestDevice } from './device.ts';
import { AdminDevice } from './registry.ts';
import { startTestRelay, type TestRelay, type TestRelayOptions } from './relay.ts';

export class FarSchool {
  relay: TestRelay;
  /** Ends every line to it at once and without a word. */
  hangUp: () => void = () => {};
  readonly #devices = new Map<string, Promise<TestDevice>>();
  #kept = '';
  #backups = '';
  #lastBackup = '';

  private constructor(relay: TestRelay) {
    this.relay = relay;
  }

  static async open(options: TestRelayOptions): Promise<FarSchool> {
    return new FarSchool(await startTestRelay(options));
  }

  async restart(options: TestRelayOptions = {}): Promise<void> {
    this.hangUp();
    this.#devices.clear();
    this.relay = await this.relay.restart(options);
  }

  /** Keeps what the relay's folder holds now, as a backup would. */
  async keep(): Promise<void> {
    await this.relay.close();
    this.#kept = mkdtempSync(join(tmpdir(), 'parta-kept-'));
    cpSync(this.relay.dataDir, this.#kept, { recursive: true });
    await this.restart();
  }

  /** The relay's disk is lost; what was kept takes its place, with new epochs. */
  async restore(): Promise<void> {
    this.hangUp();
    await this.relay.close();
    cpSync(this.#kept, this.relay.dataDir, { recursive: true });
    const store = await openStore(this.relay.dataDir, {});
    await store.startAfresh();
    await store.close();
    this.#devices.clear();
    const { dataDir, sessions } = this.relay;
    this.relay = await startTestRelay({ dataDir, sessions });
  }

  /** Makes a backup while the relay runs. */
  async backup(): Promise<void> {
    this.#backups ||= mkdtempSync(join(tmpdir(), 'parta-backups-'));
    // No names are asked for here, but a school without any has lost them.
    openPeople(join(this.relay.dataDir, 'people.sqlite')).close();
    const done = await backup({ data: this.relay.dataDir, to: this.#backups, maxAgeDays: 30 });
    this.#lastBackup = done.backup;
  }

  /** The relay's disk is lost; the last backup is put back. */
  async putBack(): Promise<void> {
    this.hangUp();
    await this.relay.close();
    const { dataDir, sessions } = this.relay;
    rmSync(dataDir, { recursive: true });
    await restore({ from: this.#lastBackup, to: dataDir, force: false });
    this.#devices.clear();
    this.relay = await startTestRelay({ dataDir, sessions });
  }

  /** A clone of a person's device says something: with the same lease, under the next number that the school has not. */
  async cloneSays(person: string, chat: string, lease: number, text: string): Promise<void> {
    const clone = await TestDevice.start(this.relay, this.relay.sessions.signIn(person), lease);
    const room = `chat/${chat}`;
    const { lasts } = await clone.open(room);
    clone.skipIds(lasts.find((last) => last.lease === lease)?.n ?? 0);
    const answer = await clone.send(clone.message(chat, text));
    clone.line.ws.terminate();
    if (answer.kind !== 'ack') throw new Error(answer.code);
  }

  /** Closes every lease of a room for good, as after a refusal whose answer got lost. */
  async closeLeases(room: string): Promise<void> {
    const { store } = this.relay;
    const fence = await store.claim();
    for (const { lease, person } of await store.lasts(room))
      await store.closeLease(room, lease, person, fence);
    await this.restart();
  }

  /** So many messages of one person, numbered, in as many segments as they need. */
  async fill(person: string, chat: string, count: number): Promise<void> {
    const device = await this.peer(person, `chat/${chat}`);
    for (let i = 1; i <= count; i++) {
      const answer = await device.send(device.message(chat, `сообщение ${i}`));
      device.hear();
      if (answer.kind !== 'ack') throw new Error(answer.code);
    }
  }

  /** Another device of the same school, spoken for by the test. */
  async peer(person: string, room: string): Promise<TestDevice> {
    const key = person;
    let device = this.#devices.get(key);
    if (!device) {
      device = TestDevice.start(this.relay, this.relay.sessions.signIn(person));
      this.#devices.set(key, device);
    }
    const ready = await device;
    if (!ready.epochs.has(room)) await ready.open(room);
    return ready;
  }

  async say(person: string, chat: string, text: string): Promise<string> {
    const device = await this.peer(person, `chat/${chat}`);
    // The open segment may be another one by now.
    device.hear();
    const push = device.message(chat, text);
    const answer = await device.send(push);
    if (answer.kind !== 'ack') throw new Error(`${person}: ${answer.code}`);
    return push.id;
  }

  /** A message of the open segment is deleted for all. */
  async removes(person: string, chat: string, id: string): Promise<void> {
    const device = await this.peer(person, `chat/${chat}`);
    device.hear();
    const name = `chat/${chat}/feed/${device.heads.get(`chat/${chat}`) ?? 1}`;
    const answer = await device.send(device.make(name, (doc) => doc.getMap('messages').delete(id)));
    if (answer.kind !== 'ack') throw new Error(`${person}: ${answer.code}`);
  }

  /** Ids of the messages that the relay itself holds as pinned. */
  async pins(person: string, chat: string): Promise<string[]> {
    const device = await TestDevice.start(this.relay, this.relay.sessions.signIn(person));
    await device.open(`chat/${chat}`);
    const pins = device.doc(`chat/${chat}/pins`).getMap('pins');
    device.line.ws.terminate();
    return [...pins.keys()];
  }

  /** What the relay itself holds of a chat, in order of arrival, read by a fresh device. */
  async texts(person: string, chat: string): Promise<string[]> {
    const device = await TestDevice.start(this.relay, this.relay.sessions.signIn(person));
    const { head } = await device.open(`chat/${chat}`);
    const texts: { seq: number; text: string }[] = [];
    for (let segment = 1; segment <= head; segment++) {
      const doc = `chat/${chat}/feed/${segment}`;
      if (segment < head) {
        device.line.say({ kind: 'pull', doc, epoch: device.epochs.get(`chat/${chat}`) ?? '', seq: 0 });
        await device.line.settled();
        device.hear();
      }
      for (const place of await this.relay.store.places(doc, 0)) {
        const message = device.doc(doc).getMap<{ text: string }>('messages').get(place.id);
        if (message) texts.push({ seq: place.seq, text: message.text });
      }
    }
    device.line.ws.terminate();
    return texts.sort((a, b) => a.seq - b.seq).map(({ text }) => text);
  }

  setMatrix(chat: string, from: Matrix, to: Matrix): Promise<void> {
    return this.#administered((admin) => admin.setMatrix(chat, from, to));
  }
  setHistory(chat: string, from: boolean, to: boolean): Promise<void> {
    return this.#administered((admin) => admin.setHistory(chat, from, to));
  }
  setDuty(person: string, unit: string, from: Duty | null, to: Duty | null): Promise<void> {
    const duty = { person, unit, from: from ?? undefined, to: to ?? undefined };
    return this.#administered((admin) => admin.setDuty(duty));
  }
  setRole(person: string, from: Role, to: Role): Promise<void> {
    return this.#administered((admin) => admin.setRole(person, from, to));
  }

  async end(): Promise<void> {
    await this.relay.end();
    for (const folder of [this.#kept, this.#backups])
      if (folder) rmSync(folder, { recursive: true, force: true });
  }

  async #administered(act: (admin: AdminDevice) => ReturnType<AdminDevice['setRole']>): Promise<void> {
    const admin = await AdminDevice.start(this.relay);
    const answer = await act(admin);
    admin.device.line.ws.terminate();
    if (answer.kind !== 'ack') throw new Error(answer.code);
  }
}
