import { join } from 'node:path';
import { root } from './fingerprint.mjs';

/** Modules of packages that the built app replaces by smaller ones of its own. */
export const lighter = { 'lib0/logging': join(root, 'src/lib/replica/yjs-log.ts') };

/** The same for what Yjs alone asks for: the editor of papers takes more of these modules. */
const LIGHTER_FOR_YJS = {
  'lib0/buffer': join(root, 'src/lib/replica/yjs-bytes.ts'),
  'lib0/function': join(root, 'src/lib/replica/yjs-function.ts'),
  'lib0/object': join(root, 'src/lib/replica/yjs-object.ts'),
  'lib0/iterator': join(root, 'src/lib/replica/yjs-iterator.ts'),
  'lib0/string': join(root, 'src/lib/replica/yjs-string.ts'),
  'lib0/environment': join(root, 'src/lib/replica/yjs-environment.ts'),
};

/** And for what lib0's own coders ask for. */
const CODERS = /\/node_modules\/lib0\/(en|de)coding\.js$/;
const LIGHTER_FOR_CODERS = { './string.js': LIGHTER_FOR_YJS['lib0/string'] };

/** @returns {import('vite').Plugin} */
export function lighterYjs() {
  return {
    name: 'parta:lighter-yjs',
    enforce: 'pre',
    resolveId: (source, importer = '') => {
      if (CODERS.test(importer)) return LIGHTER_FOR_CODERS[source];
      return importer.includes('/node_modules/yjs/') ? LIGHTER_FOR_YJS[source] : undefined;
    },
  };
}

/** Modules of the replica that come on demand. */
const LATER = new Set([
  'broken',
  'count-anew',
  'doubted',
  'earlier',
  'epochs',
  'export',
  'full-disk',
  'gone',
  'keep-listed',
  'last-words',
  'leaving',
  'live.svelte',
  'losses',
  'lost-acts',
  'mending',
  'near',
  'own-words',
  'paper',
  'paper-place',
  'paper-recovery',
  'pieces',
  'private-copy',
  'pruning',
  'purge',
  'put-aside',
  'rebase',
  'recover',
  'registry-desk',
  'renamed-drafts',
  'renaming',
  'returned',
  'robbed',
  'salvage',
  'seldom',
  'stock',
  'taking-back',
  'text',
  'unheld-notes',
  'unshared-drafts',
  'wipe',
]);
const ENGINE =
  /node_modules\/(yjs|y-protocols\/sync)|src\/lib\/replica\/[^/]+\.ts$|src\/shared\/(feed|me|pins)\/|src\/shared\/wire\/(backed|digest)\.ts$/;

/**
 * The engine in two pieces: what the page of a link needs of it, and the rest. Cut along what its later parts share with
 * it, it would be ten.
 */
export const engine = [
  {
    name: 'store',
    test: /node_modules\/dexie\/|\/replica\/(disk|pens)\.ts$/,
    priority: 2,
  },
  { name: 'engine', test: (id) => ENGINE.test(id) && !isLater(id), priority: 1 },
];

function isLater(id) {
  const [, name = ''] = /\/replica\/([^/]+)\.ts$/.exec(id) ?? [];
  return LATER.has(name);
}
