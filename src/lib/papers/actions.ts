/** What the toolbar can do to the selection. */
import type { ChainedCommands, Editor } from '@tiptap/core';

export const ACTIONS = {
  undo: { run: (chain) => chain.undo() },
  redo: { run: (chain) => chain.redo() },
  bold: { run: (chain) => chain.toggleBold(), active: ['bold'] },
  italic: { run: (chain) => chain.toggleItalic(), active: ['italic'] },
  underline: { run: (chain) => chain.toggleUnderline(), active: ['underline'] },
  strike: { run: (chain) => chain.toggleStrike(), active: ['strike'] },
  code: { run: (chain) => chain.toggleCode(), active: ['code'] },
  text: { run: (chain) => chain.setParagraph(), active: ['paragraph'] },
  heading1: { run: (chain) => chain.toggleHeading({ level: 1 }), active: ['heading', { level: 1 }] },
  heading2: { run: (chain) => chain.toggleHeading({ level: 2 }), active: ['heading', { level: 2 }] },
  heading3: { run: (chain) => chain.toggleHeading({ level: 3 }), active: ['heading', { level: 3 }] },
  bulletList: { run: (chain) => chain.toggleBulletList(), active: ['bulletList'] },
  orderedList: { run: (chain) => chain.toggleOrderedList(), active: ['orderedList'] },
  taskList: { run: (chain) => chain.toggleTaskList(), active: ['taskList'] },
  quote: { run: (chain) => chain.toggleBlockquote(), active: ['blockquote'] },
  codeBlock: { run: (chain) => chain.toggleCodeBlock(), active: ['codeBlock'] },
  rule: { run: (chain) => chain.setHorizontalRule() },
  unlink: { run: (chain) => chain.extendMarkRange('link').unsetLink() },
  table: { run: (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }) },
  rowAfter: { run: (chain) => chain.addRowAfter() },
  columnAfter: { run: (chain) => chain.addColumnAfter() },
  deleteRow: { run: (chain) => chain.deleteRow() },
  deleteColumn: { run: (chain) => chain.deleteColumn() },
  mergeCells: { run: (chain) => chain.mergeOrSplit() },
  headerRow: { run: (chain) => chain.toggleHeaderRow() },
  deleteTable: { run: (chain) => chain.deleteTable() },
} as const satisfies Record<string, Action>;

export type ActionName = keyof typeof ACTIONS;

interface Action {
  run: (chain: ChainedCommands) => ChainedCommands;
  active?: readonly [name: string, attributes?: Record<string, unknown>];
}

export function runAction(editor: Editor, name: ActionName): boolean {
  return ACTIONS[name].run(editor.chain().focus()).run();
}

export function isActive(editor: Editor, name: ActionName): boolean {
  const action: Action = ACTIONS[name];
  return action.active !== undefined && editor.isActive(action.active[0], action.active[1]);
}

export function canRun(editor: Editor, name: ActionName): boolean {
  return ACTIONS[name].run(editor.can().chain()).run();
}
