/**
 * Tiptap's collaboration, kept from writing by itself. The binding of y-tiptap deletes nodes that its schema rejects,
 * and joins split texts, while it draws: here drawing changes nothing, but for one's own split text in an editor's
 * hands.
 */
import { Collaboration } from '@tiptap/extension-collaboration';
import type { Schema } from '@tiptap/pm/model';
import { Plugin, PluginKey, type Transaction } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { defaultDeleteFilter, ySyncPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import { JOINS_OWN_TEXT } from '#shared/papers/own.ts';
import { PROTECTED_NODES } from './schema.ts';
import { drawTolerantly } from './tolerant-schema.ts';

export interface BindingOptions {
  fragment: Y.XmlFragment;
  /** Asked at each write. */
  mayWrite: () => boolean;
  /** There is content that this app does not know or cannot draw: unbind. Nothing was written, and nothing will be. */
  onBroken: () => void;
}

/** What is used of y-tiptap's binding. */
interface Binding {
  doc: Y.Doc;
  _prosemirrorChanged: (doc: unknown) => void;
  _observeFunction: (events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction) => void;
  _forceRerender: () => void;
}

/** No lease reaches this number: whoever has it owns no text. */
const NOBODY = Number.MAX_SAFE_INTEGER;

export function paperCollaboration({ fragment, mayWrite, onBroken }: BindingOptions) {
  let state: Quiet | undefined;
  return Collaboration.extend({
    // Above the binding: whatever throws on the way to the screen leaves the editor behind the paper.
    dispatchTransaction({ transaction, next }) {
      if (state) state.guard(() => next(transaction));
      else next(transaction);
    },
    addProseMirrorPlugins() {
      const plugins = (this.parent?.() ?? []) as Plugin[];
      const sync = plugins.find((plugin) => plugin.spec.key === ySyncPluginKey);
      const quiet = keepQuiet(bindingOf(sync), this.editor.schema, mayWrite, onBroken);
      state = quiet;
      return [...plugins, onlyOwnChanges(() => mayWrite() && !quiet.broken)];
    },
  }).configure({ fragment, yUndoOptions: { undoManager: undoOf(fragment) } });
}

/** Undo of one's own steps alone, which never takes a node from under another's text. */
function undoOf(fragment: Y.XmlFragment): Y.UndoManager {
  return new Y.UndoManager(fragment, {
    trackedOrigins: new Set([ySyncPluginKey]),
    deleteFilter: (item) => defaultDeleteFilter(item, PROTECTED_NODES as Set<string>),
    captureTransaction: (transaction) =>
      transaction.meta.get('addToHistory') !== false && !transaction.meta.has(JOINS_OWN_TEXT),
  });
}

function bindingOf(sync: Plugin | undefined): Binding {
  const init = sync?.spec.state?.init as undefined | (() => { binding?: Binding });
  const binding = init?.call(sync).binding;
  if (!binding) throw new Error('the collaboration has no binding');
  return binding;
}

interface Quiet {
  /** It did not draw all it saw, and must not write any more. */
  broken: boolean;
  /** Runs what may change the screen; one that throws breaks the binding. */
  guard(run: () => void): void;
}

/** Makes the binding draw without writing. */
function keepQuiet(binding: Binding, schema: Schema, mayWrite: () => boolean, onBroken: () => void): Quiet {
  const state: Quiet = { broken: false, guard };
  const { doc } = binding;
  const redraw = binding._forceRerender.bind(binding);
  binding._forceRerender = () => draw(() => asNobody(doc, redraw));

  const follow = binding._observeFunction;
  binding._observeFunction = (events, transaction) => {
    // An own keystroke is drawn already.
    if (transaction.origin === ySyncPluginKey) return follow(events, transaction);
    draw(() => {
      if (state.broken || !mayWrite()) return asNobody(doc, () => follow(events, transaction));
      doc.transact((own) => {
        own.meta.set('addToHistory', true);
        own.meta.set(JOINS_OWN_TEXT, true);
        follow(events, transaction);
      }, ySyncPluginKey);
    });
  };
  return state;

  function draw(run: () => void): void {
    guard(() => {
      if (!drawTolerantly(schema, run)) breakOff();
    });
  }

  function guard(run: () => void): void {
    try {
      run();
    } catch {
      breakOff();
    }
  }

  function breakOff(): void {
    if (state.broken) return;
    state.broken = true;
    // What is on the screen is not what stands in the paper: written back it would delete the difference.
    binding._prosemirrorChanged = () => {};
    onBroken();
  }
}

function asNobody(doc: Y.Doc, run: () => void): void {
  const { clientID } = doc;
  doc.clientID = NOBODY;
  try {
    run();
  } finally {
    doc.clientID = clientID;
  }
}

/**
 * Plugins mend and complete what they see (tables above all). After an arrival or a click, or in a reader's hands, that
 * would be a write that nobody made: the paper stays as it came, and is mended by whoever next writes there.
 */
function onlyOwnChanges(mayWrite: () => boolean): Plugin<boolean> {
  let view: EditorView | undefined;
  const isOwn = (transaction: Transaction) =>
    transaction.docChanged && transaction.getMeta(ySyncPluginKey) === undefined;
  const key = new PluginKey<boolean>('paper-only-own-changes');
  return new Plugin({
    key,
    // Whether the person changed something on the way from the state that is on the screen.
    state: {
      init: () => false,
      apply: (transaction, before, from) => (from !== view?.state && before) || isOwn(transaction),
    },
    view(shown) {
      view = shown;
      return {};
    },
    filterTransaction(transaction, state) {
      if (!isOwn(transaction)) return true;
      // A plugin's answer is not marked as one yet; it comes on a state that is not on the screen yet.
      const isAnswer = state !== view?.state;
      return mayWrite() && (!isAnswer || key.getState(state) === true);
    },
  });
}
