/** A school in files that need no Parta: JSON for programs, pages and Markdown for people, bytes for the libraries. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import * as Y from 'yjs';
import type { ChatEntry, Registry } from '#shared/registry/shape.ts';
import { parseDoc, pinsDoc } from '#shared/school/names.ts';
import { openPeople } from '../../accounts/people.ts';
import { makeFolder } from '../../folders.ts';
import { plainRegistry } from '../../registry/plain.ts';
import type { StoredPaper } from '../../store/log.ts';
import { openSqlite, type SqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { readDataFolder, refuseInside } from '../data-folder.ts';
import { loadYjs } from '../load-yjs.ts';
import { snapshotDatabase } from '../snapshot.ts';
import { Trouble } from '../trouble.ts';
import { wholeFolder } from '../whole.ts';
import { type ExportedChat, messagesOf, type NameOf, type Segment } from './chat.ts';
import { chatPage, NAMELESS } from './chat-html.ts';
import { indexPage } from './index-html.ts';
import { paperPage } from './paper-html.ts';
import { paperJson } from './paper-json.ts';
import { paperMarkdown } from './paper-markdown.ts';

const PEOPLE = 'people.sqlite';

export interface ExportOptions {
  /** The data folder of a school, running or not. */
  data: string;
  /** A folder that does not exist yet, or is empty. */
  to: string;
}

export interface ExportDone {
  chats: { id: string; title: string; messages: number }[];
  papers: { id: string; title: string }[];
  /** Documents that could not be read, with the reason; everything else is there. */
  damaged: { doc: string; why: string }[];
}

interface Source {
  store: SqliteStore;
  nameOf: NameOf;
  /** Documents of the log. */
  docs: string[];
  papers: ReadonlyMap<string, StoredPaper>;
  registry: Registry | undefined;
  at: string;
}

type Put = (path: string, content: string | Uint8Array) => void;

/** Writes an export, whole or not at all. A school that runs is read at one moment and not disturbed. */
export async function exportSchool({ data, to }: ExportOptions): Promise<ExportDone> {
  const log = existsSync(data) ? readDataFolder(data).log : undefined;
  if (log === undefined) throw new Trouble(`${data} holds no school. Name its data folder: --data FOLDER.`);
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new Trouble(`${to} is not empty. Name a new folder: --to FOLDER.`);
  refuseInside(data, to);
  makeFolder(dirname(to));
  return wholeFolder(to, async (partial) => {
    const moment = join(partial, '.moment');
    snapshotDatabase(join(data, log), join(moment, 'log'));
    if (existsSync(join(data, PEOPLE))) snapshotDatabase(join(data, PEOPLE), join(moment, PEOPLE));
    const done = await withSource(moment, (source, damaged) => writeAll(source, putInto(partial), damaged));
    rmSync(moment, { recursive: true });
    return done;
  });
}

async function withSource(
  moment: string,
  use: (source: Source, damaged: ExportDone['damaged']) => Promise<ExportDone>,
): Promise<ExportDone> {
  const { docs, papers } = readRows(join(moment, 'log'));
  const people = openPeople(join(moment, PEOPLE));
  const store = await openSqlite({ file: join(moment, 'log') });
  const source = {
    store,
    nameOf: people.nameOf,
    docs,
    papers,
    registry: undefined,
    at: new Date().toISOString(),
  };
  try {
    return await use(source, []);
  } finally {
    await store.close();
    people.close();
  }
}

function readRows(file: string): Pick<Source, 'docs' | 'papers'> {
  const db = new Sqlite(file, { readonly: true });
  try {
    const papers = db.prepare('select paper, chat, owner, edit, title from papers').all() as StoredPaper[];
    const docs = db.prepare('select doc from docs order by doc').pluck().all() as string[];
    return { docs, papers: new Map(papers.map((row) => [row.paper, row])) };
  } finally {
    db.close();
  }
}

async function writeAll(source: Source, put: Put, damaged: ExportDone['damaged']): Promise<ExportDone> {
  const attempt = async <T>(doc: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      damaged.push({ doc, why: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  const done: ExportDone = { chats: [], papers: [], damaged };
  for (const doc of source.docs) {
    const name = parseDoc(doc);
    if (name?.kind === 'registry')
      source.registry = await attempt(doc, () => writeRegistry(source, put, doc));
  }
  for (const chat of chatsOf(source)) done.chats.push(await writeChat(source, put, chat, attempt));
  for (const doc of source.docs) {
    const name = parseDoc(doc);
    if (name?.kind === 'paper') {
      const title = await attempt(doc, () => writePaper(source, put, doc, name.paper));
      if (title !== undefined) done.papers.push({ id: name.paper, title });
    } else if (name?.kind === 'me' || name?.kind === 'margin') {
      await attempt(doc, async () =>
        putJson(put, `${doc}.json`, plainDoc(await read(source, put, doc), name.kind)),
      );
    }
  }
  put('index.html', indexPage(done, source.registry, source.at));
  return done;
}

type Attempt = <T>(doc: string, work: () => Promise<T>) => Promise<T | undefined>;

function chatsOf(source: Source): string[] {
  const chats = new Set(Object.keys(source.registry?.chats ?? {}));
  for (const doc of source.docs) {
    const name = parseDoc(doc);
    if (name?.kind === 'feed') chats.add(name.chat);
  }
  return [...chats].sort();
}

async function writeChat(
  source: Source,
  put: Put,
  id: string,
  attempt: Attempt,
): Promise<ExportDone['chats'][number]> {
  const segments: Segment[] = [];
  for (const doc of source.docs) {
    const name = parseDoc(doc);
    if (name?.kind !== 'feed' || name.chat !== id) continue;
    const segment = await attempt(doc, async () => ({
      doc: await read(source, put, doc),
      places: await source.store.places(doc, 0),
    }));
    if (segment) segments.push(segment);
  }
  const pins = source.docs.includes(pinsDoc(id))
    ? await attempt(pinsDoc(id), () => read(source, put, pinsDoc(id)))
    : undefined;
  const entry = source.registry?.chats[id];
  const chat: ExportedChat = {
    format: 'parta-chat',
    version: 1,
    id,
    title: entry ? titleOf(entry, source.nameOf) : id,
    unit: entry?.unit ?? null,
    exportedAt: source.at,
    messages: messagesOf(segments, pins, source.nameOf),
  };
  putJson(put, `chats/${id}.json`, chat);
  put(`chats/${id}.html`, chatPage(chat));
  for (const { doc } of segments) doc.destroy();
  return { id, title: chat.title, messages: chat.messages.length };
}

/** A chat of two has no title of its own: in the app each sees the other's name. */
function titleOf({ title, people }: ChatEntry, nameOf: NameOf): string {
  if (title) return title;
  const names = Object.keys(people).map((person) => nameOf(person) ?? NAMELESS);
  return names.sort((a, b) => a.localeCompare(b, 'ru')).join(', ');
}

async function writePaper(source: Source, put: Put, doc: string, id: string): Promise<string> {
  const paper = await read(source, put, doc);
  const row = source.papers.get(id);
  const title = row?.title ?? '';
  const body = paperJson(paper.getXmlFragment('body'));
  const schema = paper.getMap('paper').get('schema') ?? null;
  putJson(put, `papers/${id}.json`, { format: 'parta-paper', version: 1, id, ...row, schema, body });
  put(`papers/${id}.html`, paperPage(title, body));
  put(`papers/${id}.md`, paperMarkdown(title, body));
  return title;
}

async function writeRegistry(source: Source, put: Put, doc: string): Promise<Registry> {
  const { snapshot, rows } = await source.store.load(doc);
  const changes = [...(snapshot ? [snapshot.bytes] : []), ...rows.map((row) => row.bytes)];
  const { registry, bytes } = plainRegistry(changes);
  put('documents/registry.automerge', bytes);
  putJson(put, 'school.json', registry);
  const people = Object.keys(registry.members).map((person) => [person, source.nameOf(person) ?? null]);
  putJson(put, 'people.json', Object.fromEntries(people));
  return registry;
}

/** Loads a document and keeps its bytes as any Yjs reads them: `Y.applyUpdate(new Y.Doc(), bytes)`. */
async function read(source: Source, put: Put, name: string): Promise<Y.Doc> {
  const { doc } = await loadYjs(source.store, name);
  put(`documents/${name.replaceAll('/', '__')}.yjs`, Y.encodeStateAsUpdate(doc));
  return doc;
}

function plainDoc(doc: Y.Doc, kind: 'me' | 'margin'): unknown {
  if (kind === 'me')
    return { settings: doc.getMap('settings').toJSON(), drafts: doc.getMap('drafts').toJSON() };
  return doc.toJSON();
}

function putInto(folder: string): Put {
  return (path, content) => {
    const file = join(folder, path);
    makeFolder(dirname(file));
    writeFileSync(file, content);
  };
}

function putJson(put: Put, path: string, value: unknown): void {
  put(path, `${JSON.stringify(value, null, 2)}\n`);
}
