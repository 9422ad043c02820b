/** A minimal client of the line for tests: it speaks frames, remembers what it heard, and waits for events. */
import { WebSocket } from 'ws';
import { decodeMessage, encodeFrame, joinFrames } from '#shared/wire/codec.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { LINE_PATH, PROTOCOL } from '#shared/wire/protocol.ts';

type Of<K extends Frame['kind']> = Extract<Frame, { kind: K }>;

const WAIT_MS = 10_000;

export class TestLine {
  /** All frames in order of arrival. */
  readonly heard: Frame[] = [];
  readonly ws: WebSocket;
  /** Close code, once closed. */
  closed: number | undefined;
  #waiters = new Set<() => void>();

  constructor(origin: string, headers: Record<string, string>) {
    this.ws = new WebSocket(`${origin.replace('http', 'ws')}${LINE_PATH}`, {
      headers,
      perMessageDeflate: false,
    });
    this.ws.binaryType = 'nodebuffer';
    this.ws.on('message', (data: Buffer) => {
      const decoded = decodeMessage(data);
      if (!decoded.ok) throw new Error(`the relay sent what does not decode: ${decoded.says}`);
      this.heard.push(...decoded.frames);
      this.#wake();
    });
    this.ws.on('close', (code) => {
      this.closed = code;
      this.#wake();
    });
    this.ws.on('error', () => undefined);
  }

  say(...frames: Frame[]): void {
    this.ws.send(joinFrames(frames.map(encodeFrame)));
  }

  raw(bytes: Uint8Array | string): void {
    this.ws.send(bytes);
  }

  /** The first frame of a kind (that fits) not taken yet; removes it from `heard`. */
  next<K extends Frame['kind']>(kind: K, fits: (frame: Of<K>) => boolean = () => true): Promise<Of<K>> {
    return this.nextOf(`a ${kind} frame`, (frame) => frame.kind === kind && fits(frame as Of<K>)) as Promise<
      Of<K>
    >;
  }

  /** The same, of any kind. */
  nextOf(what: string, fits: (frame: Frame) => boolean): Promise<Frame> {
    return this.#until(what, () => {
      const at = this.heard.findIndex(fits);
      return at < 0 ? undefined : this.heard.splice(at, 1)[0];
    });
  }

  /** The code with which the relay closes. */
  whenClosed(): Promise<number> {
    return this.#until('the close', () => this.closed, true);
  }

  whenOpen(): Promise<true> {
    if (this.ws.readyState === WebSocket.OPEN) return Promise.resolve(true);
    return new Promise((resolve, reject) => {
      this.ws.once('open', () => resolve(true));
      this.ws.once('close', (code) => reject(new Error(`closed ${code}`)));
    });
  }

  /** Everything that the relay said before this is heard when it resolves. */
  async settled(): Promise<void> {
    this.say({ kind: 'ping' });
    await this.next('pong');
  }

  async hangUp(): Promise<void> {
    if (this.closed !== undefined) return;
    this.ws.close();
    await this.whenClosed();
  }

  #until<T>(what: string, look: () => T | undefined, evenClosed = false): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail('in time'), WAIT_MS);
      const end = () => {
        clearTimeout(timer);
        this.#waiters.delete(check);
      };
      const fail = (why: string) => {
        end();
        const tail = this.heard.slice(-5).map((frame) => JSON.stringify(frame).slice(0, 200));
        reject(new Error(`no ${what} ${why}; heard ${tail.join(' ')}`));
      };
      const check = () => {
        const found = look();
        if (found !== undefined) {
          end();
          resolve(found);
        } else if (this.closed !== undefined && !evenClosed) fail(`before close ${this.closed}`);
      };
      this.#waiters.add(check);
      check();
    });
  }

  #wake(): void {
    for (const check of [...this.#waiters]) check();
  }
}

/** Connects with a session token and says hello; `welcome` is left in `heard`. */
export async function connect(
  relay: { origin: string },
  token: string,
  hello: Partial<Of<'hello'>> = {},
): Promise<TestLine> {
  const line = new TestLine(relay.origin, { cookie: `session=${token}`, origin: relay.origin });
  await line.whenOpen();
  line.say({ kind: 'hello', protocol: PROTOCOL, app: 'test', rooms: [], registry: 0, ...hello });
  return line;
}
