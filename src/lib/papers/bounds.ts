/**
 * What one write brings into a paper at most. The relay takes no more in one intent: here it is not written at all, the
 * person is told why, and what was copied still lies on their clipboard.
 */
import { Extension } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey, type Transaction } from '@tiptap/pm/state';
import { ReplaceAroundStep, ReplaceStep } from '@tiptap/pm/transform';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import { LIMITS } from '#shared/school/limits.ts';

/** Too much at once, or nested too deep. */
export type TooBig = 'much' | 'deep';

/** An estimate has to be on the safe side. */
const SHARE = 0.8;
const BYTES_MAX = LIMITS.stepTwoBytesMax * SHARE;
const STRUCTS_MAX = LIMITS.structsMax * SHARE;
const BYTES_A_STRUCT = 24;
/** Below a block of text stand its run and the characters. */
const BLOCK_DEPTH_MAX = LIMITS.paperDepthMax - 2;

const encoder = new TextEncoder();

export function paperBounds(onTooBig: (why: TooBig) => void) {
  return Extension.create({
    name: 'paperBounds',
    addProseMirrorPlugins: () => [
      new Plugin({
        key: new PluginKey('paper-bounds'),
        filterTransaction(transaction) {
          if (!transaction.docChanged || transaction.getMeta(ySyncPluginKey) !== undefined) return true;
          const why = tooBig(transaction);
          if (why) onTooBig(why);
          return why === undefined;
        },
      }),
    ],
  });
}

function tooBig(transaction: Transaction): TooBig | undefined {
  let bytes = 0;
  let structs = 0;
  for (const step of transaction.steps) {
    if (!(step instanceof ReplaceStep || step instanceof ReplaceAroundStep)) continue;
    step.slice.content.descendants((node) => {
      structs += structsOf(node);
      if (node.text) bytes += encoder.encode(node.text).length;
    });
  }
  if (structs > STRUCTS_MAX || bytes + structs * BYTES_A_STRUCT > BYTES_MAX) return 'much';
  return isTooDeep(transaction) ? 'deep' : undefined;
}

/** What the binding makes of a node: itself, its attributes, the run of a block of text, the ends of its marks. */
function structsOf({ isText, isTextblock, marks, attrs }: Node): number {
  if (isText) return 1 + 2 * marks.length;
  const set = Object.values(attrs).filter((value) => value !== null && value !== undefined).length;
  return 1 + set + (isTextblock ? 1 : 0);
}

/** Looks at what changed alone: the rest was accepted before. */
function isTooDeep({ doc, mapping }: Transaction): boolean {
  let deep = false;
  for (const [at, map] of mapping.maps.entries())
    map.forEach((_from, _to, start, end) => {
      const rest = mapping.slice(at + 1);
      const [from, to] = [rest.map(start, -1), rest.map(end, 1)];
      doc.nodesBetween(Math.max(0, from - 1), Math.min(doc.content.size, to + 1), (node, position) => {
        if (node.isTextblock && doc.resolve(position).depth + 1 > BLOCK_DEPTH_MAX) deep = true;
        return !deep;
      });
    });
  return deep;
}
