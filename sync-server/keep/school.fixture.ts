/** A small school on a real disk: rooms in SQLite with real Yjs bytes, people, a secret and a file. For tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import * as Y from 'yjs';
import { idOf, type Message, type PaperEntry } from '#shared/feed/shape.ts';
import { chatRoom, feedDoc, roomOf } from '#shared/school/names.ts';
import { openPeople, type People } from '../accounts/people.ts';
import type { Append, PlaceRow } from '../store/log.ts';
import { openSqlite, type SqliteStore } from '../store/sqlite/sqlite-store.ts';

/** A folder that goes away with its test. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'parta-keep-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

export const MASHA = 16_777_217;
export const ANNA = 16_777_218;

export interface SmallSchool {
  data: string;
  store: SqliteStore;
  fence: number;
  people: People;
  /** Writes through one lease and stores the update, as an accepted intent. */
  write(doc: string, lease: number, change: (doc: Y.Doc) => void, stored?: Partial<Append>): Promise<void>;
  /** Sends a message into `chat`; answers with its id. */
  say(
    chat: string,
    lease: number,
    text: string,
    more?: Partial<Message>,
    paper?: PaperEntry,
  ): Promise<string>;
  close(): Promise<void>;
}

/** Opens a data folder as a relay does, with one replica a document and lease in memory. */
export async function smallSchool(data = folder()): Promise<SmallSchool> {
  mkdirSync(join(data, 'files'), { recursive: true });
  writeFileSync(join(data, 'secret'), 's'.repeat(43), { mode: 0o600 });
  const store = await openSqlite({ file: join(data, 'parta.sqlite') });
  const people = openPeople(join(data, 'people.sqlite'));
  const fence = await store.claim();
  const replicas = new Map<string, Y.Doc>();
  const numbers = new Map<string, number>();
  let at = Date.UTC(2026, 8, 1, 8, 0);

  async function write(
    name: string,
    lease: number,
    change: (doc: Y.Doc) => void,
    stored = {},
  ): Promise<void> {
    const room = roomOf(name);
    const row = await store.room(room, fence);
    const replica = replicas.get(name) ?? new Y.Doc();
    replicas.set(name, replica);
    replica.clientID = lease;
    const before = Y.encodeStateVector(replica);
    let bytes = Y.encodeStateAsUpdate(replica, before);
    replica.once('update', (update: Uint8Array) => {
      bytes = update;
    });
    replica.transact(() => change(replica));
    const n = (numbers.get(`${room} ${lease}`) ?? 0) + 1;
    numbers.set(`${room} ${lease}`, n);
    at += 60_000;
    const logged = { room, seq: row.seq + 1, doc: name, lease, n, person: personOf(lease), at, bytes };
    const places = ((stored as Partial<Append>).places ?? []).map((place) => ({
      ...place,
      seq: row.seq + 1,
      at,
    }));
    const rest = { digest: 0, replaces: 0, gone: [], head: undefined, papers: [] };
    const [result] = await store.append([{ row: logged, ...rest, ...stored, places }], fence);
    if (!result?.ok) throw new Error('not stored');
  }

  async function say(
    chat: string,
    lease: number,
    text: string,
    more = {},
    paper?: PaperEntry,
  ): Promise<string> {
    const row = await store.room(chatRoom(chat), fence);
    const doc = feedDoc(chat, row.head);
    const id = idOf(lease, row.seq + 1);
    const message: Message = { by: personOf(lease), at: at - 5_000, text, ...more };
    const change = (replica: Y.Doc) => {
      replica.getMap('messages').set(id, message);
      if (paper && message.paper) replica.getMap('papers').set(message.paper, paper);
    };
    await write(doc, lease, change, { places: [placeOf(doc, id, 'message', '', lease, text)] });
    return id;
  }

  const close = async () => {
    await store.close();
    people.close();
  };
  return { data, store, fence, people, write, say, close };
}

function personOf(lease: number): string {
  return lease === ANNA ? 'anna' : 'masha';
}

export function placeOf(
  doc: string,
  id: string,
  kind: PlaceRow['kind'],
  of: string,
  lease: number,
  text: string,
): PlaceRow {
  return { doc, id, kind, of, seq: 0, at: 0, by: personOf(lease), text };
}
