/**
 * The cable between a browser under test and a real relay (far-school.ts): it adds the session of a named person, and can be cut, mended
 * and made to lose what the relay says. The page of a browser test has another origin than the school; the cable
 * speaks for it.
 */
import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { decodeMessage, encodeFrame, joinFrames } from '#shared/wire/codec.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { LINE_PATH } from '#shared/wire/protocol.ts';
import { FarSchool } from './far-school.ts';
import { Late } from './late.ts';
import type { TestRelayOptions } from './relay.ts';

export class Cable {
  readonly school: FarSchool;
  readonly #server: WebSocketServer;
  readonly #tokens = new Map<string, string>();
  readonly #open = new Set<WebSocket>();
  #isCut = false;
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

  private constructor(school: FarSchool, server: WebSocketServer) {
    this.school = school;
    school.hangUp = () => this.#hangUp();
    this.#server = server;
    server.on('connection', (socket, request) => this.#join(socket, (request.url ?? '').slice(1)));
  }

  static async lay(options: TestRelayOptions = {}): Promise<Cable> {
    const school = await FarSchool.open(options);
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    return new Cable(school, server);
  }

  get port(): number {
    return ((this.#server as unknown as { _server: Server })._server.address() as AddressInfo).port;
  }

  /** No connection lives or comes to life until `mend`. */
  cut(): void {
    this.#isCut = true;
    this.#hangUp();
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

  /** Ends a person's session; `stays`: the browser keeps the dead cookie. */
  signOut(person: string, stays: boolean): void {
    const token = this.#tokens.get(person);
    if (token) this.school.relay.sessions.end(token);
    if (!stays) this.#tokens.delete(person);
  }
  /** Somebody else signs in on the person's browser: the next line of that browser is theirs. */
  handOver(person: string, to: string): void {
    this.#tokens.set(person, this.school.relay.sessions.signIn(to));
  }
  /** Signs the person in again. */
  letIn(person: string): void {
    this.#tokens.delete(person);
  }

  async end(): Promise<void> {
    this.#hangUp();
    this.#server.close();
    await this.school.end();
  }

  #hangUp(): void {
    for (const socket of this.#open) socket.terminate();
  }

  #join(socket: WebSocket, person: string): void {
    if (this.#isCut) {
      socket.terminate();
      return;
    }
    this.#connections++;
    const token = this.#tokens.get(person) ?? this.school.relay.sessions.signIn(person);
    this.#tokens.set(person, token);
    const { origin } = this.school.relay;
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
