/** What a paper may hold, as Tiptap's extensions: they make exactly the nodes, marks and attributes of shape.ts. */
import type { Attribute, Extensions } from '@tiptap/core';
import { Link } from '@tiptap/extension-link';
import { OrderedList, TaskItem, TaskList } from '@tiptap/extension-list';
import { TableCell, TableHeader, TableRow } from '@tiptap/extension-table';
import { StarterKit } from '@tiptap/starter-kit';
import { m } from '#lib/paraglide/messages.js';
import { attrFits } from '#shared/papers/content.ts';
import { PAPER_NODES } from '#shared/papers/shape.ts';
import { isAllowedLink } from './links.ts';
import { PaperTable } from './paper-table.ts';

const HEADING_LEVELS = [1, 2, 3] as const;

/**
 * Without what writes by itself: a history of its own (undo belongs to the binding), a trailing paragraph, links made
 * of others' words.
 */
export function paperNodes(): Extensions {
  return [
    StarterKit.configure({
      undoRedo: false,
      trailingNode: false,
      link: false,
      orderedList: false,
      // A pasted language may be anything.
      codeBlock: { languageClassPrefix: null },
      heading: { levels: [...HEADING_LEVELS] },
      dropcursor: { class: 'paper-dropcursor', color: false },
    }),
    PaperLink,
    PaperOrderedList,
    TaskList,
    TaskItem.configure({
      nested: true,
      a11y: { checkboxLabel: ({ textContent }) => m.paper_task_done({ text: textContent }) },
    }),
    PaperTable.configure({ resizable: false, allowTableNodeSelection: true }),
    TableRow,
    PaperTableHeader,
    PaperTableCell,
  ];
}

// What is pasted may carry any value: one that the relay would refuse falls back to the usual one, else it would take
// the whole pasted page with it.
const PaperOrderedList = OrderedList.extend({
  addAttributes() {
    return {
      start: fitting('orderedList', 'start', 1, (element) => Number(element.getAttribute('start') ?? 1)),
    };
  },
});
const PaperTableCell = TableCell.extend({ addAttributes: cellAttributes });
const PaperTableHeader = TableHeader.extend({ addAttributes: cellAttributes });

function cellAttributes() {
  return {
    colspan: fitting('tableCell', 'colspan', 1, (element) => element.colSpan),
    rowspan: fitting('tableCell', 'rowspan', 1, (element) => element.rowSpan),
    colwidth: { default: null, parseHTML: () => null, rendered: false },
  };
}

function fitting<T extends number | string | null>(
  node: string,
  name: string,
  usual: T,
  read: (element: HTMLElement & HTMLTableCellElement) => number | string | null,
): Attribute {
  return {
    default: usual,
    parseHTML: (element) => {
      const value = read(element as HTMLTableCellElement);
      return attrFits(node, name, value) ? value : usual;
    },
  };
}

/** A link keeps its address alone: how it opens is for the app that shows it. */
const PaperLink = Link.extend({
  addAttributes() {
    return { href: { default: null, parseHTML: (element) => element.getAttribute('href') } };
  },
}).configure({
  // The plugin of Tiptap also makes links of what others wrote, which would make every reader a writer.
  autolink: false,
  linkOnPaste: true,
  openOnClick: false,
  defaultProtocol: 'https',
  HTMLAttributes: { target: '_blank', rel: 'noopener noreferrer nofollow' },
  isAllowedUri: (url) => isAllowedLink(url),
});

/** Nodes that an undo must leave standing while somebody else's text is in them: all of them. */
export const PROTECTED_NODES: ReadonlySet<string> = new Set(PAPER_NODES);
