/** The one socket to the relay: connects, greets, keeps alive, comes back with jitter, stays away when told to. */
import { LIMITS } from '#shared/school/limits.ts';
import { mayComeBack, OLD_PROTOCOL, SIGNED_OUT } from '#shared/wire/close.ts';
import { decodeMessage, encodeFrame, joinFrames } from '#shared/wire/codec.ts';
import type { Frame, Hello } from '#shared/wire/frames.ts';
import type { LineState } from './types.ts';

const BACKOFF_MIN_MS = 400;
const BACKOFF_MAX_MS = 20_000;
const BACKOFF_HIDDEN_MAX_MS = 60_000;
/** A message of ours is cut here: nothing is heard while it is on its way, and a slow line must not count as dead for that. */
const JOIN_BYTES_MAX = 32 * 1024;
const JOIN_FRAMES_MAX = 256;
/** How long an answer to a ping after waking may take before the socket counts as dead. */
const WAKE_ANSWER_MS = 5_000;
/** The same when the browser says that there is no network: it may be wrong, the socket knows. */
const DOUBT_ANSWER_MS = 1_000;
/**
 * A line that was given up for its silence is waited for twice as long the next time, up to so often: what is large
 * and comes slowly is silent until all of it is here.
 */
const PATIENCE_MAX = 4;

export interface LineEvents {
  /** Whose line it is. */
  person: string;
  hello(): Promise<Hello>;
  frames(frames: Frame[]): void;
  state(state: LineState): void;
}

export class Line {
  readonly #url: string;
  readonly #events: LineEvents;
  #socket: WebSocket | undefined;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;
  #wait: ReturnType<typeof setTimeout> | undefined;
  #out: Uint8Array[] = [];
  #sentAt = 0;
  #heardAt = 0;
  #patience = 1;
  #state: LineState = { at: 'offline', since: Date.now(), storing: true, code: 0 };
  #stopped = false;

  constructor(url: string, events: LineEvents) {
    this.#url = url;
    this.#events = events;
  }

  get online(): boolean {
    return this.#state.at === 'online';
  }

  get state(): LineState {
    return this.#state;
  }

  connect(): void {
    clearTimeout(this.#retry);
    if (this.#socket || this.#stopped) return;
    this.#enter('connecting', 0);
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.#url);
    } catch {
      this.#away(1006);
      return;
    }
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    // A network that swallows the handshake must not hold the line for minutes.
    this.#wait = setTimeout(() => this.#drop(socket), LIMITS.helloTimeoutMs);
    socket.onopen = () => {
      this.#events.hello().then(
        (hello) => {
          if (this.#socket === socket && socket.readyState === WebSocket.OPEN)
            socket.send(encodeFrame(hello) as Uint8Array<ArrayBuffer>);
        },
        () => this.#drop(socket),
      );
    };
    socket.onmessage = (event) => this.#hear(socket, event.data);
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#away(event.code);
    };
  }

  /** The network or the person came back: connect now, or see whether the socket still lives. */
  wake(): void {
    if (this.#stopped) return;
    const socket = this.#socket;
    if (!socket) {
      this.#attempt = 0;
      this.connect();
    } else if (this.online && Date.now() - this.#heardAt > WAKE_ANSWER_MS) this.#ask(socket, WAKE_ANSWER_MS);
  }

  /** The browser says that the network went: a socket that does not answer at once is dead. */
  doubt(): void {
    if (this.#socket && this.online) this.#ask(this.#socket, DOUBT_ANSWER_MS);
  }

  #ask(socket: WebSocket, ms: number): void {
    this.send({ kind: 'ping' });
    clearTimeout(this.#wait);
    this.#wait = setTimeout(() => this.#giveUp(socket), ms * this.#patience);
  }

  /** Sends with everything else of this tick, in order. Dropped when there is no line: what matters is in the outbox. */
  send(frame: Frame): void {
    if (!this.online) return;
    this.#out.push(encodeFrame(frame));
    if (this.#out.length === 1) queueMicrotask(() => this.#flush());
  }

  /** Whether the relay's disk takes what is sent. */
  storing(storing: boolean): void {
    this.#state = { ...this.#state, storing };
    this.#events.state(this.#state);
  }

  /** Closes and tries again after the usual wait. */
  reconnect(): void {
    if (this.#socket) this.#drop(this.#socket);
  }

  stop(): void {
    this.#stopped = true;
    this.#flush();
    clearTimeout(this.#retry);
    this.#leave();
  }

  #hear(socket: WebSocket, data: ArrayBuffer): void {
    if (this.#socket !== socket) return;
    this.#heardAt = Date.now();
    clearTimeout(this.#wait);
    const message = decodeMessage(new Uint8Array(data));
    if (!message.ok) {
      this.#drop(socket);
      return;
    }
    const [first] = message.frames;
    if (!this.online && first?.kind === 'welcome') {
      // Somebody else signed in on this browser: nothing is said on their line, and nothing of it kept.
      if (first.person !== this.#events.person) {
        this.#away(SIGNED_OUT);
        return;
      }
      this.#attempt = 0;
      this.#enter('online', 0);
      this.#tick = setInterval(() => this.#keepAlive(socket), LIMITS.heartbeatMs / 5);
      this.#sentAt = Date.now();
    }
    if (message.frames.some(({ kind }) => kind === 'pong')) this.#patience = 1;
    this.#events.frames(message.frames);
  }

  #keepAlive(socket: WebSocket): void {
    const now = Date.now();
    if (now - this.#heardAt > LIMITS.silenceMs * this.#patience) this.#giveUp(socket);
    else if (now - Math.max(this.#sentAt, this.#heardAt) >= LIMITS.heartbeatMs) this.send({ kind: 'ping' });
  }

  #flush(): void {
    const socket = this.#socket;
    const frames = this.#out;
    this.#out = [];
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    this.#sentAt = Date.now();
    let part: Uint8Array[] = [];
    let size = 0;
    const go = () => {
      if (part.length > 0) socket.send(joinFrames(part) as Uint8Array<ArrayBuffer>);
      part = [];
      size = 0;
    };
    for (const frame of frames) {
      if (part.length >= JOIN_FRAMES_MAX || size + frame.length > JOIN_BYTES_MAX) go();
      part.push(frame);
      size += frame.length;
    }
    go();
  }

  #giveUp(socket: WebSocket): void {
    if (this.#socket === socket) this.#patience = Math.min(PATIENCE_MAX, this.#patience * 2);
    this.#drop(socket);
  }

  #drop(socket: WebSocket): void {
    socket.close();
    if (this.#socket === socket) this.#away(1006);
  }

  #leave(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#out = [];
    clearInterval(this.#tick);
    clearTimeout(this.#wait);
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close(1000);
  }

  #away(code: number): void {
    this.#leave();
    if (this.#stopped) return;
    const stay = stayAway(code);
    if (stay) {
      this.#enter(stay, code);
      return;
    }
    this.#enter('offline', code);
    const hidden = document.visibilityState === 'hidden';
    this.#retry = setTimeout(() => this.connect(), retryAfterMs(this.#attempt++, hidden));
  }

  #enter(at: LineState['at'], code: number): void {
    const storing = at === 'online' ? true : this.#state.storing;
    const since = this.#state.at === at ? this.#state.since : Date.now();
    this.#state = { at, since, storing, code };
    this.#events.state(this.#state);
  }
}

/** How long to wait before the `attempt`th try (from 0) to come back. */
export function retryAfterMs(attempt: number, hidden = false): number {
  const span = Math.min(hidden ? BACKOFF_HIDDEN_MAX_MS : BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** attempt);
  // The first try comes soon; after it a school of devices must not return in one moment.
  return span / 4 + Math.random() * span;
}

function stayAway(code: number): LineState['at'] | undefined {
  if (code === SIGNED_OUT) return 'signed-out';
  if (code === OLD_PROTOCOL) return 'outdated';
  return mayComeBack(code) ? undefined : 'stopped';
}
