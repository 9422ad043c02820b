/** A thin mark in the margin of the blocks whose own changes the relay does not hold yet. */
import { Extension } from '@tiptap/core';
import type { EditorState } from '@tiptap/pm/state';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import type * as Y from 'yjs';
import { isOwnWrite } from '#shared/papers/own.ts';

type Block = Y.AbstractType<unknown>;

/** The blocks of a body that hold unsynced changes of this editor. */
export class UnsyncedBlocks {
  readonly #fragment: Y.XmlFragment;
  readonly #blocks = new Set<Block>();
  readonly #listen = (transaction: Y.Transaction) => this.#note(transaction);

  constructor(fragment: Y.XmlFragment) {
    this.#fragment = fragment;
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

  #note(transaction: Y.Transaction): void {
    if (!isOwnWrite(transaction)) return;
    for (const type of transaction.changed.keys()) {
      const block = this.#blockOf(type as Block);
      if (block) this.#blocks.add(block);
      else this.#noteNew(transaction);
    }
  }

  /** The body itself changed: blocks that came to life in this transaction. */
  #noteNew(transaction: Y.Transaction): void {
    for (const block of this.#fragment.toArray()) {
      const id = block._item?.id;
      if (id && id.clock >= (transaction.beforeState.get(id.client) ?? 0)) this.#blocks.add(block as Block);
    }
  }

  #blockOf(type: Block): Block | undefined {
    for (let at: Block | null = type; at; at = at._item?.parent as Block | null) {
      if (at._item?.parent === (this.#fragment as unknown)) return at;
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
