import type { Page } from '@playwright/test';

/** Resolves once the app is stored on the device and in charge of this page: it opens without the relay from now on. */
export function appIsStored(page: Page): Promise<void> {
  return page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((done) =>
      navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }),
    );
  });
}
