/** The editor of one paper, bound to its replica. Loaded with the first paper that is opened, never with a chat. */
import { Editor } from '@tiptap/core';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { type ActionName, canRun, isActive, runAction } from './actions.ts';
import { paperCollaboration } from './binding.ts';
import { paperBounds, type TooBig } from './bounds.ts';
import { type CaretLook, paperCarets } from './carets.ts';
import { linkOf } from './links.ts';
import { placePiece } from './place-piece.ts';
import { paperNodes } from './schema.ts';
import { UnsyncedBlocks, unsyncedMarks } from './unsynced-marks.ts';

export interface PaperEditorOptions {
  element: HTMLElement;
  doc: Y.Doc;
  awareness: Awareness;
  /** Updates in the replica that the relay does not hold yet: another page may have written them. */
  pending: readonly Uint8Array[];
  /** Asked at each write; a change of the answer is told by `rightChanged`. */
  mayWrite: () => boolean;
  lookOf: (person: string) => CaretLook | undefined;
  /** Accessible name of the text. */
  label: string;
  /** Selection or content changed: the toolbar may look different. */
  onChange: () => void;
  /** A change was not made, because one write cannot bring so much; nothing of it stands in the paper. */
  onTooBig: (why: TooBig) => void;
  /** There is content that this app does not know: show static text instead. Nothing was written. */
  onBroken: () => void;
}

export class PaperEditor {
  readonly #editor: Editor;
  readonly #unsynced: UnsyncedBlocks;
  readonly #mayWrite: () => boolean;

  constructor(options: PaperEditorOptions) {
    const { element, doc, awareness, pending, mayWrite, lookOf, label, onChange, onTooBig, onBroken } =
      options;
    const fragment = doc.getXmlFragment('body');
    this.#mayWrite = mayWrite;
    this.#unsynced = new UnsyncedBlocks(fragment, pending, () => {
      // The binding writes behind the editor's own turn: the marks of this turn are drawn already.
      queueMicrotask(() => this.#redraw());
    });
    this.#editor = new Editor({
      element,
      editable: mayWrite(),
      // Its styles stand in paper.css: no style element is made, so none has to be allowed.
      injectCSS: false,
      coreExtensionOptions: { delete: { async: true } },
      extensions: [
        ...paperNodes(),
        paperCollaboration({ fragment, mayWrite, onBroken }),
        paperCarets(awareness, lookOf),
        unsyncedMarks(this.#unsynced),
        paperBounds(onTooBig),
      ],
      editorProps: {
        attributes: { class: 'paper-text', role: 'textbox', 'aria-multiline': 'true', 'aria-label': label },
      },
      onTransaction: onChange,
    });
  }

  /** The right to write came or went. */
  rightChanged(): void {
    // The second argument keeps Tiptap from telling an update that is none.
    this.#editor.setEditable(this.#mayWrite(), false);
  }

  /** Everything of this person is with the relay. */
  synced(): void {
    if (this.#unsynced.clear()) this.#redraw();
  }

  run(action: ActionName): boolean {
    return runAction(this.#editor, action);
  }
  isActive(action: ActionName): boolean {
    return isActive(this.#editor, action);
  }
  can(action: ActionName): boolean {
    return canRun(this.#editor, action);
  }

  get inTable(): boolean {
    return this.#editor.isActive('table');
  }

  /** Address of the link under the selection, '' for none. */
  get link(): string {
    const { href } = this.#editor.getAttributes('link') as { href?: unknown };
    return typeof href === 'string' ? href : '';
  }
  /** Links the selection; false when it is no address that may stand in a paper. */
  setLink(typed: string): boolean {
    const href = linkOf(typed);
    if (!href) return false;
    const { empty } = this.#editor.state.selection;
    const chain = this.#editor.chain().focus();
    if (empty && !this.link)
      return chain
        .insertContent({ type: 'text', text: typed.trim(), marks: [{ type: 'link', attrs: { href } }] })
        .run();
    return chain.extendMarkRange('link').setLink({ href }).run();
  }

  /** Puts a returned text back, near the place it stood. */
  place(text: string, near: string): boolean {
    return placePiece(this.#editor, text, near);
  }

  /** Where the selection is on the screen; undefined when nothing is selected or the editor is not in use. */
  selectionBox(): { left: number; right: number; top: number; bottom: number } | undefined {
    const { view, state } = this.#editor;
    const { from, to, empty } = state.selection;
    if (empty || !view.hasFocus()) return undefined;
    const start = view.coordsAtPos(from);
    const end = view.coordsAtPos(to, -1);
    return {
      left: Math.min(start.left, end.left),
      right: Math.max(start.right, end.right),
      top: Math.min(start.top, end.top),
      bottom: Math.max(start.bottom, end.bottom),
    };
  }

  get hasFocus(): boolean {
    return this.#editor.isFocused;
  }
  focus(): void {
    this.#editor.commands.focus();
  }
  /** Where the caret is, to come back to in the next editor of the paper. */
  get caret(): { from: number; to: number } {
    const { from, to } = this.#editor.state.selection;
    return { from, to };
  }
  comeBack({ from, to }: { from: number; to: number }): void {
    const end = this.#editor.state.doc.content.size;
    const selection = { from: Math.min(from, end), to: Math.min(to, end) };
    this.#editor.chain().setTextSelection(selection).focus(undefined, { scrollIntoView: false }).run();
  }

  /** The engine below, for tests. */
  get tiptap(): Editor {
    return this.#editor;
  }

  #redraw(): void {
    if (!this.#editor.isDestroyed) this.#editor.view.dispatch(this.#editor.state.tr);
  }

  destroy(): void {
    this.#unsynced.destroy();
    this.#editor.destroy();
  }
}
