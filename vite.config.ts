import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';
import { engine, lighter, lighterYjs } from './scripts/app-parts.mjs';
import { messageOptions } from './scripts/sync.mjs';

export default defineConfig(({ command }) => ({
  plugins: [
    tailwindcss(),
    // A build finds the messages compiled (scripts/sync.mjs); only the development server watches them.
    ...(command === 'serve'
      ? [paraglideVitePlugin(messageOptions as Parameters<typeof paraglideVitePlugin>[0])]
      : []),
    sveltekit(),
    lighterYjs(),
    nameHeavyChunks(),
    gatherTheShell(),
  ],
  resolve: { alias: lighter },
  build: {
    // What the floor of Tailwind 4 runs (Safari 16.4, Chrome 111).
    target: ['safari16.4', 'chrome111', 'firefox128'],
    // How long each plugin took is no news to who starts the demo.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
}));

/** Heavy chunks have names. Those that the service worker fetches on first use instead of precaching begin with `lazy-`. */
function nameHeavyChunks(): Plugin {
  const named: [name: string, module: RegExp][] = [
    ['editor', /node_modules\/(@tiptap|prosemirror-[^/]+)\//],
    ['lazy-registry', /node_modules\/@automerge\//],
  ];
  return {
    name: 'parta:heavy-chunks',
    apply: 'build',
    enforce: 'post',
    outputOptions(options) {
      if (this.environment?.name !== 'client') return null;
      const usual = options.chunkFileNames ?? '_app/immutable/chunks/[hash].js';
      return {
        ...options,
        chunkFileNames(chunk) {
          const path = typeof usual === 'function' ? usual(chunk) : usual;
          const found = named.find(([, module]) => chunk.moduleIds.some((id) => module.test(id)));
          return found ? path.replace(/[^/]+$/, `${found[0]}.[hash].js`) : path;
        },
      };
    },
  };
}

/**
 * What every page draws with comes in one piece: sixty files of one kilobyte cost more in headers than in code.
 * What a chat does without stays with the pages that need it: documents, the school, the settings, the door.
 */
function gatherTheShell(): Plugin {
  const shell =
    /node_modules\/(svelte|@sveltejs\/kit|esm-env|clsx|devalue)\/|src\/lib\/((ui|words|session|install|paraglide)\/|(chat\/(context|place)|settings\/(appearance\.svelte|device-notices\.svelte|download))\.ts$)|src\/routes\/PlainPage\.svelte/;
  const words =
    /messages\/(papers?|in|set|storage|discard|sign_out|governs|leads|people|person|registry|tabs|school|history_(hidden|note|open|switch|title)|matrix_(change|title)|refused_(again|decide|duty|matrix|present|role)|members_hidden|change|insecure|admin|no_admin|my_units|other_units|app_version|back_to_school|unit)[_.]/;
  const components = /\/(ui\/(SelectField|Switch|PersonName)|install\/InsecureOrigin)\.svelte/;
  const isLater = (id: string) => words.test(id) || components.test(id);
  return {
    name: 'parta:shell-chunk',
    apply: 'build',
    enforce: 'post',
    outputOptions(options) {
      if (this.environment?.name !== 'client') return null;
      return {
        ...options,
        codeSplitting: {
          groups: [
            { name: 'shell', test: (id: string) => shell.test(id) && !isLater(id), priority: 3 },
            ...engine,
          ],
        },
      };
    },
  };
}
