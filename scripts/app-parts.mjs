import { join } from 'node:path';
import { root } from './fingerprint.mjs';

/** Modules of packages that the built app replaces by smaller ones of its own. */
export const lighter = { 'lib0/logging': join(root, 'src/lib/replica/yjs-log.ts') };

/** Come on demand. */
const LATER =
  /\/replica\/(broken|epochs|export|gone|live\.svelte|losses|near|paper|pieces|private-copy|rebase|recover|registry-desk|renaming|returned|stock|text)\.ts$/;
const ENGINE =
  /node_modules\/(yjs|y-protocols\/sync)|src\/lib\/replica\/[^/]+\.ts$|src\/shared\/(feed|me|pins)\/|src\/shared\/wire\/(backed|digest)\.ts$/;

/**
 * The engine in two pieces: what the page of a link needs of it, and the rest. Cut along what its later parts share with
 * it, it would be ten.
 */
export const engine = [
  {
    name: 'store',
    test: /node_modules\/dexie\/|\/replica\/(disk|pens)\.ts$|\/shared\/wire\/codec\.ts$/,
    priority: 2,
  },
  { name: 'engine', test: (id) => ENGINE.test(id) && !LATER.test(id), priority: 1 },
];
