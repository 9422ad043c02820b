/**
 * Gone means gone: what an update deletes leaves the disk in the transaction that stores the update. The document is
 * folded, its places name nobody, and the list of chats is told. What changes nothing but reactions rewrites nothing.
 */
import * as Y from 'yjs';
import { parseDoc, roomOf } from '#shared/school/names.ts';
import type { ChatHeads } from './chat-heads.ts';
import type { Disk, DocRow, PlaceRow } from './disk.ts';
import { partsOf, putWhole, tailsOf } from './stored-doc.ts';
import { type Deletes, deletesOf, docOf } from './ydoc.ts';

export class Gone {
  readonly #disk: Disk;
  readonly #person: string;
  readonly #heads: ChatHeads;
  readonly #noted = new Map<string, { deletes: Deletes[]; news: number }>();

  constructor(disk: Disk, person: string, heads: ChatHeads) {
    this.#disk = disk;
    this.#person = person;
    this.#heads = heads;
  }

  /** An update that was stored may delete something. Papers keep their past; the registry is another kind. */
  async note(doc: string, seq: number, bytes: Uint8Array): Promise<void> {
    const kind = parseDoc(doc)?.kind;
    if ((kind !== 'feed' && kind !== 'me') || bytes.length === 0) return;
    const deletes = deletesOf(bytes);
    if (deletes.size === 0) return;
    const noted = this.#noted.get(doc) ?? { deletes: [], news: 0 };
    // Asked now: what comes behind it may move the list on.
    const news = kind === 'feed' && (await this.#heads.isNews(roomOf(doc), seq)) ? seq : 0;
    this.#noted.set(doc, { deletes: [...noted.deletes, deletes], news: Math.max(news, noted.news) });
  }

  /** Inside the transaction that stored it all, on `docs`, `tails`, `places`, `heads`. */
  async settle(): Promise<void> {
    for (const [name, { deletes, news }] of this.#noted) {
      const row: DocRow | undefined = await this.#disk.docs.get(name);
      if (!row) continue;
      const doc = docOf(name, partsOf(row, await tailsOf(this.#disk, name)));
      const isFeed = parseDoc(name)?.kind === 'feed';
      const roots = isFeed ? [doc.getMap('messages'), doc.getMap('edits')] : [...doc.share.values()];
      if (!deletes.some((one) => touches(doc, one, roots))) continue;
      await putWhole(this.#disk, row, row.seq, Y.encodeStateAsUpdate(doc));
      if (isFeed) await this.#leave(row, doc, news);
    }
  }

  async #leave(row: DocRow, doc: Y.Doc, news: number): Promise<void> {
    const messages = doc.getMap('messages');
    const places: PlaceRow[] = await this.#disk.places.where('doc').equals(row.doc).toArray();
    const gone = places.filter(({ kind, id }) => kind === 'message' && !messages.has(id));
    // Its author's own place stays theirs: after a restore they take it back once more.
    const others = gone.filter(({ by }) => by !== '' && by !== this.#person);
    await this.#disk.places.bulkPut(others.map((place) => ({ ...place, by: '' })));
    if (news > 0) await this.#heads.lost(row.room, news, { gone, others }, new Map([[row.doc, doc]]));
  }
}

/** Whether a deletion hits what stands in one of these roots. */
function touches(doc: Y.Doc, deletes: Deletes, roots: readonly unknown[]): boolean {
  for (const [client, ranges] of deletes) {
    const structs = doc.store.clients.get(client) ?? [];
    for (const { clock, len } of ranges)
      for (const struct of structs) {
        if (struct.id.clock >= clock + len) break;
        if (struct.id.clock + struct.length <= clock) continue;
        // Garbage tells no more where it stood.
        if (!(struct instanceof Y.Item) || roots.includes(struct.parent)) return true;
      }
  }
  return false;
}
