/**
 * The cable between a browser under test and a real relay: it adds the session of a named person, and can be cut, mended
 * and made to lose what the relay says. The page of a browser test has another origin than the school; the cable
 * speaks for it.
 */
import { EventEmitter, once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { backup } from '#server/keep/backup.ts';
import { restore } from '#server/keep/restore.ts';
import { openStore } from '#server/serve.ts';
import type { Matrix } from '#shared/school/may.ts';
import type { Duty, Role } from '#shared/school/roles.ts';
import { decodeMessage, encodeFrame, joinFrames } from '#shared/wire/codec.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { LINE_PATH } from '#shared/wire/protocol.ts';
import { TestDevice } from './device.ts';
import { Late } from './late.ts';
import { AdminDevice } from './registry.ts';
import { startTestRelay, type TestRelay, type TestRelayOptions } from './relay.ts';

export class Cable {
  relay: TestRelay;
  readonly #server: WebSocketServer;
  readonly #tokens = new Map<string, string>();
  readonly #open = new Set<WebSocket>();
  readonly #devices = new Map<string, Promise<TestDevice>>();
  #isCut = false;
  #kept = '';
  #backups = '';
  #lastBackup = '';
  #isDeaf = false;
  #withheld = '';
  #held: (() => void)[] | undefined;
  #late: Late | undefined;
  #pushes = 0;
  readonly #heard = new EventEmitter();
  /** Connections that were made, and bytes in both directions since the last `count`. */
  #connections = 0;
  #bytes = 0;
  #kinds: string[] = [];

  private constructor(relay: TestRelay, server: WebSocketServer) {
    this.relay = relay;
    this.#server = server;
    server.on('connection', (socket, request) => this.#join(socket, (request.url ?? '').slice(1)));
  }

  static async lay(options: TestRelayOptions = {}): Promise<Cable> {
    const relay = await startTestRelay(options);
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    return new Cable(relay, server);
  }

  get port(): number {
    return ((this.#server as unknown as { _server: Server })._server.address() as AddressInfo).port;
  }

  /** No connection lives or comes to life until `mend`. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#open) socket.terminate();
  }
  mend(): void {
    this.#isCut = false;
    this.#isDeaf = false;
    this.#withheld = '';
  }
  /** Frames of this kind that the relay says are lost until `mend`. */
  withhold(kind: Frame['kind']): void {
    this.#withheld = kind;
  }
  /** What the relay says is lost from now on; what it is told arrives. */
  deafen(): void {
    this.#isDeaf = true;
  }

  /** From this document's next patch on, what the relay says waits until a device asks for the document or writes again. */
  keepBehind(doc: string): void {
    this.#late = new Late(doc);
  }

  /** What the devices say waits on its way until `letGo`. */
  hold(): void {
    this.#held = [];
  }
  letGo(): void {
    for (const send of this.#held ?? []) send();
    this.#held = undefined;
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

  /** Resolves when so many pushes in all came from the devices. */
  async heardPushes(count: number): Promise<void> {
    while (this.#pushes < count) await once(this.#heard, 'push');
  }

  /** Resolves when a frame of this kind went by, in either direction. */
  async heard(kind: Frame['kind']): Promise<void> {
    while (!this.#kinds.includes(kind)) await once(this.#heard, 'push');
  }

  count(): { connections: number; bytes: number; kinds: string[] } {
    const counted = { connections: this.#connections, bytes: this.#bytes, kinds: this.#kinds };
    this.#bytes = 0;
    this.#kinds = [];
    return counted;
  }

  async restart(options: TestRelayOptions = {}): Promise<void> {
    for (const socket of this.#open) socket.terminate();
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
    for (const socket of this.#open) socket.terminate();
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
    const done = await backup({ data: this.relay.dataDir, to: this.#backups, maxAgeDays: 30 });
    this.#lastBackup = done.backup;
  }

  /** The relay's disk is lost; the last backup is put back. */
  async putBack(): Promise<void> {
    for (const socket of this.#open) socket.terminate();
    await this.relay.close();
    const { dataDir, sessions } = this.relay;
    rmSync(dataDir, { recursive: true });
    await restore({ from: this.#lastBackup, to: dataDir, force: false });
    this.#devices.clear();
    this.relay = await startTestRelay({ dataDir, sessions });
  }

  /** Ends a person's session; `stays`: the browser keeps the dead cookie. */
  signOut(person: string, stays: boolean): void {
    const token = this.#tokens.get(person);
    if (token) this.relay.sessions.end(token);
    if (!stays) this.#tokens.delete(person);
  }
  /** Somebody else signs in on the person's browser: the next line of that browser is theirs. */
  handOver(person: string, to: string): void {
    this.#tokens.set(person, this.relay.sessions.signIn(to));
  }
  /** Signs the person in again. */
  letIn(person: string): void {
    this.#tokens.delete(person);
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

  async setMatrix(chat: string, from: Matrix, to: Matrix): Promise<void> {
    const admin = await AdminDevice.start(this.relay);
    const answer = await admin.setMatrix(chat, from, to);
    admin.device.line.ws.terminate();
    if (answer.kind !== 'ack') throw new Error(answer.code);
  }

  async setHistory(chat: string, from: boolean, to: boolean): Promise<void> {
    const admin = await AdminDevice.start(this.relay);
    const answer = await admin.setHistory(chat, from, to);
    admin.device.line.ws.terminate();
    if (answer.kind !== 'ack') throw new Error(answer.code);
  }

  async setDuty(person: string, unit: string, from: Duty | null, to: Duty | null): Promise<void> {
    const admin = await AdminDevice.start(this.relay);
    const answer = await admin.setDuty({ person, unit, from: from ?? undefined, to: to ?? undefined });
    admin.device.line.ws.terminate();
    if (answer.kind !== 'ack') throw new Error(answer.code);
  }

  async setRole(person: string, from: Role, to: Role): Promise<void> {
    const admin = await AdminDevice.start(this.relay);
    const answer = await admin.setRole(person, from, to);
    admin.device.line.ws.terminate();
    if (answer.kind !== 'ack') throw new Error(answer.code);
  }

  async end(): Promise<void> {
    for (const socket of this.#open) socket.terminate();
    this.#server.close();
    await this.relay.end();
    for (const folder of [this.#kept, this.#backups])
      if (folder) rmSync(folder, { recursive: true, force: true });
  }

  #join(socket: WebSocket, person: string): void {
    if (this.#isCut) {
      socket.terminate();
      return;
    }
    this.#connections++;
    const token = this.#tokens.get(person) ?? this.relay.sessions.signIn(person);
    this.#tokens.set(person, token);
    const { origin } = this.relay;
    const wire = new WebSocket(`${origin.replace('http', 'ws')}${LINE_PATH}`, {
      headers: { cookie: `session=${token}`, origin },
      perMessageDeflate: false,
    });
    this.#open.add(socket);
    const early: Buffer[] = [];
    socket.on('message', (data: Buffer) => {
      this.#note(data);
      this.#catchUp(data);
      if (this.#held) this.#held.push(() => wire.send(data));
      else if (wire.readyState === WebSocket.OPEN) wire.send(data);
      else early.push(data);
    });
    wire.on('open', () => {
      for (const data of early) wire.send(data);
    });
    wire.on('message', (data: Buffer) => {
      this.#note(data);
      if (!this.#isDeaf && !this.#isCut) this.#pass(socket, data);
    });
    wire.on('error', () => socket.terminate());
    wire.on('close', (code) => {
      if (code >= 4000) socket.close(code);
      else socket.terminate();
    });
    socket.on('close', () => {
      this.#open.delete(socket);
      wire.terminate();
    });
    socket.on('error', () => undefined);
  }

  #pass(socket: WebSocket, data: Buffer): void {
    const message = this.#withheld === '' && !this.#late ? undefined : decodeMessage(data);
    if (!message?.ok) {
      socket.send(data);
      return;
    }
    const frames = message.frames.filter(({ kind }) => kind !== this.#withheld);
    const send = (some: Frame[]) => {
      if (some.length > 0) socket.send(joinFrames(some.map(encodeFrame)));
    };
    if (this.#late) this.#late.pass(frames, send);
    else send(frames);
  }

  #catchUp(data: Buffer): void {
    const message = this.#late && decodeMessage(data);
    if (message?.ok && this.#late?.isAskedBy(message.frames)) this.#late = undefined;
  }

  #note(data: Buffer): void {
    this.#bytes += data.length;
    const message = decodeMessage(data);
    if (!message.ok) return;
    for (const { kind } of message.frames) {
      this.#kinds.push(kind);
      if (kind === 'push') this.#pushes++;
    }
    this.#heard.emit('push');
  }
}
