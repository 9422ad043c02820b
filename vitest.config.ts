import { pathToFileURL } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserPackages } from './scripts/browser-packages.mjs';
import { chromiumArgs, findChromium } from './scripts/chromium.mjs';
import { syncMessages } from './scripts/sync.mjs';

await syncMessages();

export default defineConfig({
  test: {
    expect: { requireAssertions: true },
    projects: [
      {
        test: {
          name: 'node',
          include: ['{src/shared,src/lib,sync-server,scripts,tests}/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
          environment: 'node',
          // Most wait for a disk, a socket or a process: two at once are two schools that know nothing of each other.
          maxWorkers: 2,
          expect: { requireAssertions: true },
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // svelte(), not sveltekit(): code under src/lib knows nothing of routes, and its tests need no kit.
        plugins: [tailwindcss(), svelte()],
        optimizeDeps: { include: browserPackages() },
        test: {
          name: 'browser',
          include: ['src/lib/**/*.browser.test.ts'],
          // One page has the focus: after the others, one at a time.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          expect: { requireAssertions: true },
          testTimeout: 30_000,
          hookTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            commands: {
              layCable: cable('layCable'),
              onCable: cable('onCable'),
            },
            provider: playwright({
              launchOptions: { executablePath: findChromium(), args: chromiumArgs },
              contextOptions: { locale: 'ru-RU' },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});

/** A command of tests/support/cable-commands.ts, loaded when a test first asks for a relay. */
function cable(name: 'layCable' | 'onCable') {
  return async (...args: unknown[]) => {
    const commands = await import(pathToFileURL('tests/support/cable-commands.ts').href);
    return commands[name](...args);
  };
}
