import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import adapter from '@sveltejs/adapter-static';
import { appVersion } from './scripts/fingerprint.mjs';

/** @type {import('@sveltejs/kit').Config} */
export default {
  compilerOptions: { runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true) },
  kit: {
    adapter: adapter({ fallback: 'index.html', precompress: true }),
    // The shell is served from the device: it learns of a new version from the service worker.
    version: { name: appVersion(), pollInterval: 0 },
    // Registered by src/lib/session/update.svelte.ts, once the page is usable.
    serviceWorker: { register: false },
    csp: {
      mode: 'hash',
      directives: {
        'default-src': ['self'],
        // Automerge is WebAssembly.
        'script-src': ['self', 'wasm-unsafe-eval', hashOfFloorScript()],
        // Tiptap sets style attributes and one <style> element.
        'style-src': ['self', 'unsafe-inline'],
        'img-src': ['self', 'data:', 'blob:'],
        'media-src': ['self', 'blob:'],
        'font-src': ['self'],
        'connect-src': ['self'],
        'worker-src': ['self'],
        'manifest-src': ['self'],
        'object-src': ['none'],
        'base-uri': ['self'],
        'form-action': ['self'],
      },
    },
  },
};

/** The script of app.html that turns old browsers away is not one of Kit's own, which it hashes itself. */
function hashOfFloorScript() {
  const page = readFileSync(new URL('src/app.html', import.meta.url), 'utf8');
  const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
  return /** @type {const} */ (`sha256-${createHash('sha256').update(script).digest('base64')}`);
}
