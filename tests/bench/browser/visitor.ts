// A browser of one person, the clocks in its page, and a phone's slowness.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright';
import { chromiumArgs, ensureChromium } from '../../../scripts/chromium.mjs';
import { installClocks } from './clocks.ts';

/** How much slower than this machine a school's phone is taken to be. */
export const SLOWER = 4;
const VIEWPORT = { width: 400, height: 800 };
const TIMEOUT_MS = 60_000;

export class Visitor {
  readonly context: BrowserContext;
  page: Page;
  #cdp: CDPSession | undefined;

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  async slowDown(rate: number): Promise<void> {
    await (await this.cdp()).send('Emulation.setCPUThrottlingRate', { rate });
  }

  async cdp(): Promise<CDPSession> {
    this.#cdp ??= await this.context.newCDPSession(this.page);
    return this.#cdp;
  }

  /** Closes the page and opens an empty one: nothing of the app is in memory. */
  async anew(): Promise<void> {
    const page = await this.context.newPage();
    await this.page.close();
    this.page = page;
    this.#cdp = undefined;
  }

  /** Signs in by a one-time link and waits for the list of chats. */
  async enter(link: string): Promise<void> {
    await this.page.goto(link, { waitUntil: 'commit' });
    await this.chatLinks().first().waitFor();
  }

  chatLinks() {
    return this.page.locator('a[href^="/chats/"]');
  }

  /** Waits until the app is stored whole on the device and in charge of the page. */
  async isStored(): Promise<void> {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 20));
    });
  }

  /** Waits until what the device holds of these rooms is complete up to the sequence. */
  async holds(person: string, seqs: Readonly<Record<string, number>>): Promise<void> {
    const wanted = { person, seqs, patience: TIMEOUT_MS };
    await this.page.evaluate(async (want) => {
      while (!(await window.bench.holds(want.person, want.seqs))) {
        if (performance.now() > want.patience) throw new Error('the device does not hold what it should');
        await new Promise((done) => setTimeout(done, 25));
      }
    }, wanted);
  }
}

/** Runs `measure` in a browser with a profile of its own that is gone afterwards. */
export async function withVisitor<Result>(
  measure: (visitor: Visitor) => Promise<Result>,
  options: { serviceWorkers?: 'allow' | 'block' } = {},
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'parta-bench-profile-'));
  const context = await chromium.launchPersistentContext(folder, {
    ...{ executablePath: ensureChromium() as string, args: chromiumArgs, viewport: VIEWPORT },
    ...{ locale: 'ru-RU', timezoneId: 'Europe/Moscow', ...options },
  });
  context.setDefaultTimeout(TIMEOUT_MS);
  try {
    await context.addInitScript(installClocks);
    return await measure(new Visitor(context, await context.newPage()));
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
