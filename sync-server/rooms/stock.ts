/**
 * A stock `WebsocketProvider` on one document: plain y-protocols. It reads what its person may read, and writes when
 * its client id is a lease of the person; a refusal closes the socket. Everything it is told is durable.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { LIMITS } from '#shared/school/limits.ts';
import { parseDoc, roomOf } from '#shared/school/names.ts';
import type { CloseName } from '#shared/wire/close.ts';
import type { Person } from '../gate/people.ts';
import type { Session } from '../gate/sessions.ts';
import { FrameRate } from './frame-rate.ts';
import type { Answer } from './intent.ts';
import { LINE_LIMITS } from './limits.ts';
import type { LineGround } from './line-ground.ts';
import type { Live } from './live.ts';
import type { Wire } from './outlet.ts';
import { packetOf } from './packet.ts';
import type { Room } from './room.ts';
import type { News, Watcher } from './watcher.ts';
import { YjsContent } from './yjs-content.ts';

const SYNC = 0;
const AWARENESS = 1;
const QUERY_AWARENESS = 3;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

/** Finds the document for a session, or says why the socket is closed. What it gives has to `begin`. */
export async function openStock(
  ground: LineGround,
  session: Session,
  wire: Wire,
  doc: string,
): Promise<StockClient | CloseName> {
  const kind = parseDoc(doc)?.kind;
  if (kind === undefined || kind === 'registry' || kind === 'margin') return 'unknownDocument';
  if (!(await mayRead(ground, session.person, doc))) return 'unknownDocument';
  const speaker = await ground.people.get(session.person);
  // Counted and added in one turn: others come in while this one waits.
  let own = 0;
  for (const stock of ground.stocks) if (stock.person === session.person) own++;
  if (own >= LINE_LIMITS.stockPerPersonMax) return 'tooMany';
  const client = new StockClient(ground, session, wire, doc, speaker);
  ground.stocks.add(client);
  return client;
}

async function mayRead({ rooms }: LineGround, person: string, doc: string): Promise<boolean> {
  return (await rooms.mayRead(person, roomOf(doc))).ok && rooms.places.mayReadDoc(person, doc).ok;
}

export class StockClient implements Watcher {
  readonly session: Session;
  readonly known: ReadonlySet<string>;
  readonly #ground: LineGround;
  readonly #wire: Wire;
  readonly #doc: string;
  readonly #name: string;
  readonly #speaker: Person;
  #lease = 0;
  #inFlight = 0;
  readonly #frames = new FrameRate();
  #closed = false;

  constructor(ground: LineGround, session: Session, wire: Wire, doc: string, speaker: Person) {
    this.#ground = ground;
    this.session = session;
    this.#wire = wire;
    this.#doc = doc;
    this.#speaker = speaker;
    this.#name = roomOf(doc);
    this.known = new Set([this.#name]);
  }

  /**
   * Asks its own question: what the client has and the relay lacks comes as its sync-step-2. A room that is awake answers
   * at once, and may close: by then everybody who has to hear of it knows the client.
   */
  begin(): void {
    this.#withDoc((content) => this.#sync(STEP_1, content.vector()));
  }

  get person(): string {
    return this.session.person;
  }
  /** A room that nobody watches is forgotten, and the next to come makes another: one that was kept would be a twin. */
  get #room(): Room {
    return this.#ground.rooms.room(this.#name);
  }

  heard(news: News): void {
    if (news.accepted.doc === this.#doc) this.#send(news.stock((bytes) => message(SYNC, UPDATE, bytes)));
  }

  told(): void {
    // Frames of the line mean nothing to a stock client; presence reaches it through `shown`.
  }

  message(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (!this.#frames.may(1)) {
      this.close('tooMany');
      return;
    }
    try {
      const from = decoding.createDecoder(bytes);
      const kind = decoding.readVarUint(from);
      if (kind === SYNC) {
        const step = decoding.readVarUint(from);
        const body = decoding.readVarUint8Array(from);
        if (from.pos !== bytes.length) {
          this.close('malformed');
          return;
        }
        if (step === STEP_1) {
          if (this.#speaker.ask(performance.now(), LINE_LIMITS.stockAskCosts) > 0) this.close('tooMany');
          else this.#answerStep1(body.slice());
          return;
        }
        if (step === STEP_2 || step === UPDATE) {
          this.#push(body.slice());
          return;
        }
        this.close('malformed');
        return;
      }
      if (kind === AWARENESS) {
        // The next frame meets what this one costs more than any.
        this.#frames.may(LINE_LIMITS.awareCostsFrames);
        this.#aware(decoding.readVarUint8Array(from));
        return;
      }
      if (kind === QUERY_AWARENESS) {
        if (this.#speaker.ask(performance.now(), LINE_LIMITS.stockAskCosts) > 0) this.close('tooMany');
        else this.#showAll();
        return;
      }
      this.close('malformed');
    } catch {
      this.close('malformed');
    }
  }

  /** `refused` is the refusal that it follows from. */
  close(why: CloseName, refused?: { code: string; says?: string | undefined }): void {
    if (this.#closed) return;
    this.#ground.metrics.count('closed_total', { why });
    const { code, says } = refused ?? {};
    this.#ground.relayLog.info('closed', { code: why, on: 'stock', refused: code, says });
    this.#wire.close(why);
    this.left();
  }

  left(): void {
    if (this.#closed) return;
    this.#closed = true;
    const room = this.#ground.rooms.awake(this.#name);
    room?.watchers.delete(this);
    this.#ground.stocks.delete(this);
    this.#ground.left(this);
    for (const { doc, bytes } of this.#ground.presence.left(this))
      if (room) this.#ground.showPresence(room, doc, bytes, this);
  }

  /** Another's presence, as awareness bytes. */
  shown(doc: string, bytes: Uint8Array): void {
    if (doc === this.#doc) this.#send(awareness(bytes));
  }

  async recheck(): Promise<void> {
    if (!(await mayRead(this.#ground, this.person, this.#doc))) this.close('unknownDocument');
  }

  #answerStep1(vector: Uint8Array): void {
    this.#withDoc((content) => {
      // A document that many wrote in and that cannot close (pins, a paper, a closed segment) has a long one itself.
      const longest = LIMITS.stateVectorBytesMax + content.hands() * LIMITS.vectorEntryBytesMax;
      if (vector.length > longest) return () => this.close('tooBig');
      const bytes = content.diff(vector);
      return () => {
        this.#sync(STEP_2, bytes)();
        this.#room.watchers.add(this);
      };
    });
  }

  /** Runs in the room's turn; what it returns is said once all that it shows is durable. */
  #withDoc(read: (content: YjsContent) => () => void): void {
    const run = async (live: Live) => {
      if (!live.holds(this.#doc)) return this.close('unknownDocument');
      const kept = await live.doc(this.#doc).catch((error) => this.#room.unreadable(error));
      if (!kept) {
        this.close('tryLater');
        return;
      }
      if (!(kept.content instanceof YjsContent)) return this.close('unknownDocument');
      let say: () => void;
      try {
        say = read(kept.content);
      } catch {
        return this.close('malformed');
      }
      live.out.say(
        live.seq,
        () => {
          if (!this.#closed) say();
        },
        () => this.close('tryLater'),
      );
    };
    this.#room.run({ run, failed: () => this.close('tryLater') });
  }

  #push(bytes: Uint8Array): void {
    if (bytes.length > LIMITS.stepTwoBytesMax) {
      this.close('tooBig');
      return;
    }
    if (++this.#inFlight > LIMITS.inFlightMax) {
      this.close('tooMany');
      return;
    }
    if (this.#speaker.spend(performance.now(), bytes.length) > 0) {
      this.close('tooMany');
      return;
    }
    // A delete-only update names no client: it goes with the lease that this connection has shown.
    const lease = leaseIn(bytes, this.#speaker.leases) || this.#lease;
    this.#lease = lease;
    const intent = { doc: this.#doc, lease, n: 0, replaces: { lease: 0, n: 0 }, bytes };
    const since = performance.now();
    const answer = (answered: Answer) => {
      this.#inFlight--;
      if (answered.ok) return this.#ground.metrics.acked((performance.now() - since) / 1000);
      this.#ground.metrics.count('refusals_total', { code: answered.code });
      this.close(
        answered.code === 'try-later' ? 'tryLater' : answered.code === 'malformed' ? 'malformed' : 'refused',
        answered,
      );
    };
    this.#room.push(intent, undefined, this.#speaker, this, answer);
  }

  #aware(bytes: Uint8Array): void {
    this.#lease ||= clientIn(bytes, this.#speaker.leases);
    if (parseDoc(this.#doc)?.kind !== 'paper' || !this.#speaker.mayShow(performance.now())) return;
    const shown = this.#ground.presence.take(this.#doc, bytes, this.#speaker, this);
    if (shown) this.#ground.showPresence(this.#room, this.#doc, shown, this);
  }

  #showAll(): void {
    const shown = this.#ground.presence.of(this.#doc);
    if (shown) this.#send(awareness(shown));
  }

  #sync(step: number, bytes: Uint8Array): () => void {
    return () => this.#send(message(SYNC, step, bytes));
  }

  #send(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#wire.send(packetOf(bytes));
    if (this.#wire.buffered() > LINE_LIMITS.bufferBytesMax) this.close('slow');
  }
}

/**
 * The sender's lease that an update's first block names, 0 for none: a stock client does not say with which hand it
 * writes. Only a hint: the judge reads the bytes strictly afterwards.
 */
function leaseIn(bytes: Uint8Array, leases: ReadonlySet<number>): number {
  try {
    const from = decoding.createDecoder(bytes);
    if (decoding.readVarUint(from) === 0) return 0;
    decoding.readVarUint(from);
    const client = decoding.readVarUint(from);
    return leases.has(client) ? client : 0;
  } catch {
    return 0;
  }
}

/** The sender's lease that awareness bytes begin with; 0 for none. */
function clientIn(bytes: Uint8Array, leases: ReadonlySet<number>): number {
  const from = decoding.createDecoder(bytes);
  const client = decoding.readVarUint(from) > 0 ? decoding.readVarUint(from) : 0;
  return leases.has(client) ? client : 0;
}

function message(kind: number, step: number, bytes: Uint8Array): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, kind);
  encoding.writeVarUint(to, step);
  encoding.writeVarUint8Array(to, bytes);
  return encoding.toUint8Array(to);
}

function awareness(bytes: Uint8Array): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, AWARENESS);
  encoding.writeVarUint8Array(to, bytes);
  return encoding.toUint8Array(to);
}
