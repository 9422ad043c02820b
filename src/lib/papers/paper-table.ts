/** Tables that a writer's editor mends as they are written in, and leaves alone where that would take too long. */
import { Table } from '@tiptap/extension-table';
import type { Node } from '@tiptap/pm/model';
import type { EditorState, Plugin } from '@tiptap/pm/state';
import { ySyncPluginKey } from '@tiptap/y-tiptap';

/** Squares, spans counted in: to go through so many takes some milliseconds on a phone. */
const SQUARES_MAX = 50_000;

/**
 * Tables are mended after an own change alone. What arrives is not, so it is not looked at either: the plugin goes
 * through every square of a table, and throws at cells that it cannot mend.
 */
export const PaperTable = Table.extend({
  addProseMirrorPlugins() {
    return (this.parent?.() ?? []).map((plugin: Plugin) => {
      const mend = plugin.spec.appendTransaction;
      if (mend)
        plugin.spec.appendTransaction = function quietly(transactions, before, now) {
          const changes = transactions.filter(({ docChanged }) => docChanged);
          const isArrival = changes.length > 0 && changes.every((it) => it.getMeta(ySyncPluginKey));
          return isArrival || isInHugeTable(now) ? null : mend.call(this, transactions, before, now);
        };
      return plugin;
    });
  },
});

function isInHugeTable({ selection: { $from } }: EditorState): boolean {
  for (let depth = $from.depth; depth > 0; depth--) {
    const node = $from.node(depth);
    if (node.type.spec.tableRole === 'table' && isHuge(node)) return true;
  }
  return false;
}

/** By its spans: what a table says of its squares may be far more than it holds. */
function isHuge(table: Node): boolean {
  let squares = 0;
  let widest = 0;
  for (let i = 0; i < table.childCount && squares <= SQUARES_MAX; i++) {
    let width = 0;
    table.child(i).forEach(({ attrs: { colspan, rowspan } }) => {
      width += colspan;
      squares += colspan * rowspan;
    });
    widest = Math.max(widest, width);
  }
  return Math.max(squares, widest * table.childCount) > SQUARES_MAX;
}
