/** A thin mark in the margin of the blocks whose own changes the relay does not hold yet. */
import { Extension } from '@tiptap/core';
import type { EditorState } from '@tiptap/pm/state';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import * as Y from 'yjs';
import { isOwnWrite } from '#shared/papers/own.ts';

type Block = Y.AbstractType<unknown>;

/** The blocks of a body that hold unsynced changes: those that were pending before this editor, and its own. */
export class UnsyncedBlocks {
  readonly #fragment: Y.XmlFragment;
  readonly #blocks = new Set<Block>();
  readonly #onMore: () => void;
  readonly #listen = (transaction: Y.Transaction) => this.#note(transaction);

  /** `onMore` is called when a block was marked, in the middle of the transaction's end. */
  constructor(fragment: Y.XmlFragment, pending: readonly Uint8Array[], onMore: () => void) {
    this.#fragment = fragment;
    this.#onMore = onMore;
    for (const update of pending) this.#notePending(update);
    fragment.doc?.on('afterTransaction', this.#listen);
  }

  /** Everything is with the relay. True when that is news. */
  clear(): boolean {
    const had = this.#blocks.size > 0;
    this.#blocks.clear();
    return had;
  }

  /** Places of the marked blocks among the body's children. */
  indexes(): number[] {
    if (this.#blocks.size === 0) return [];
    return this.#fragment
      .toArray()
      .flatMap((block, index) => (this.#blocks.has(block as Block) ? [index] : []));
  }

  destroy(): void {
    this.#fragment.doc?.off('afterTransaction', this.#listen);
  }

  /** An update that the replica holds already: the blocks in which its structs and its deletes stand. */
  #notePending(update: Uint8Array): void {
    const store = this.#fragment.doc?.store;
    if (!store || update.length === 0) return;
    const { structs, ds } = Y.decodeUpdate(update);
    for (const { id, length } of structs) this.#noteRange(store, id.client, id.clock, length);
    ds.clients.forEach((ranges, client) => {
      for (const { clock, len } of ranges) this.#noteRange(store, client, clock, len);
    });
  }

  #noteRange(store: Y.Doc['store'], client: number, clock: number, length: number): void {
    const structs = store.clients.get(client) ?? [];
    if (clock >= Y.getState(store, client)) return;
    for (let at = Y.findIndexSS(structs, clock); at < structs.length; at++) {
      const struct = structs[at] as Y.Item | Y.GC;
      if (struct.id.clock >= clock + length) return;
      const block = struct instanceof Y.Item ? this.#blockAt(struct) : undefined;
      if (block) this.#blocks.add(block);
    }
  }

  #note(transaction: Y.Transaction): void {
    if (!isOwnWrite(transaction)) return;
    const before = this.#blocks.size;
    for (const type of transaction.changed.keys()) {
      const block = this.#blockOf(type as Block);
      if (block) this.#blocks.add(block);
      else this.#noteNew(transaction);
    }
    if (this.#blocks.size > before) this.#onMore();
  }

  /** The body itself changed: blocks that came to life in this transaction. */
  #noteNew(transaction: Y.Transaction): void {
    for (const block of this.#fragment.toArray()) {
      const id = block._item?.id;
      if (id && id.clock >= (transaction.beforeState.get(id.client) ?? 0)) this.#blocks.add(block as Block);
    }
  }

  #blockOf(type: Block): Block | undefined {
    return type._item ? this.#blockAt(type._item) : undefined;
  }

  #blockAt(item: Y.Item): Block | undefined {
    for (let at: Y.Item | null = item; at; at = (at.parent as Block | null)?._item ?? null) {
      if (at.parent === (this.#fragment as unknown)) return (at.content as Y.ContentType).type as Block;
    }
    return undefined;
  }
}

const key = new PluginKey('paper-unsynced');

export function unsyncedMarks(blocks: UnsyncedBlocks) {
  return Extension.create({
    name: 'paperUnsynced',
    addProseMirrorPlugins: () => [
      new Plugin({ key, props: { decorations: (state) => marks(state, new Set(blocks.indexes())) } }),
    ],
  });
}

function marks(state: EditorState, marked: ReadonlySet<number>): DecorationSet {
  if (marked.size === 0) return DecorationSet.empty;
  const found: Decoration[] = [];
  state.doc.forEach((node, offset, index) => {
    if (marked.has(index))
      found.push(Decoration.node(offset, offset + node.nodeSize, { class: 'paper-unsynced' }));
  });
  return DecorationSet.create(state.doc, found);
}
