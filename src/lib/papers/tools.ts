/** The toolbar as data: what each button does, how it is drawn and called. */
import { m } from '#lib/paraglide/messages.js';
import type { ActionName } from './actions.ts';
import type { ToolIcon } from './toolbar-icons.ts';

export interface Tool {
  action: ActionName;
  label: () => string;
  /** A letter of the language with the look it gives, or a drawing. */
  letter?: { text: () => string; look: string };
  icon?: ToolIcon;
}

export const MARKS: readonly Tool[] = [
  { action: 'bold', label: m.paper_bold, letter: { text: m.paper_letter_bold, look: 'font-bold' } },
  { action: 'italic', label: m.paper_italic, letter: { text: m.paper_letter_italic, look: 'italic' } },
  {
    action: 'underline',
    label: m.paper_underline,
    letter: { text: m.paper_letter_underline, look: 'underline' },
  },
  { action: 'strike', label: m.paper_strike, letter: { text: m.paper_letter_strike, look: 'line-through' } },
  { action: 'code', label: m.paper_code, icon: 'code' },
];

export const LISTS: readonly Tool[] = [
  { action: 'bulletList', label: m.paper_bullets, icon: 'bulletList' },
  { action: 'orderedList', label: m.paper_numbers, icon: 'orderedList' },
  { action: 'taskList', label: m.paper_tasks, icon: 'taskList' },
];

export const STEPS: readonly Tool[] = [
  { action: 'undo', label: m.paper_undo, icon: 'undo' },
  { action: 'redo', label: m.paper_redo, icon: 'redo' },
];

/** Kinds of a paragraph, for the menu. */
export const STYLES = [
  { action: 'text', label: m.paper_plain },
  { action: 'heading1', label: m.paper_heading1 },
  { action: 'heading2', label: m.paper_heading2 },
  { action: 'heading3', label: m.paper_heading3 },
  { action: 'quote', label: m.paper_quote },
  { action: 'codeBlock', label: m.paper_code_block },
] as const satisfies readonly { action: ActionName; label: () => string }[];

/** What may be done where a table is under the caret. */
export const TABLE_TOOLS = [
  { action: 'rowAfter', label: m.paper_row_after },
  { action: 'columnAfter', label: m.paper_column_after },
  { action: 'headerRow', label: m.paper_header_row },
  { action: 'mergeCells', label: m.paper_merge_cells },
  { action: 'deleteRow', label: m.paper_row_delete },
  { action: 'deleteColumn', label: m.paper_column_delete },
  { action: 'deleteTable', label: m.paper_table_delete },
] as const satisfies readonly { action: ActionName; label: () => string }[];
