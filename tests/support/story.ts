/** What every story has: a small school on a relay of its own, and people who come in with browsers of their own. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, test as base, chromium } from '@playwright/test';
import { chromiumArgs, findChromium } from '../../scripts/chromium.mjs';
import { type SchoolOptions, type ServedSchool, serveSchool } from './served-school.ts';
import type { History } from './story-history.ts';
import { type Name, StoryPerson } from './story-person.ts';
import { StoryWire } from './story-wire.ts';

/** The school of a story: it can lose its power and come back with the same folder and address. */
export class StorySchool {
  readonly data = mkdtempSync(join(tmpdir(), 'parta-story-'));
  #served: ServedSchool | undefined;

  async start(history?: History): Promise<void> {
    const build = process.env.PARTA_STORIES_BUILD;
    const more: Partial<SchoolOptions> = this.#served ? { port: this.#served.port } : {};
    this.#served = await serveSchool({
      data: this.data,
      ...(build && { build }),
      ...(history && { history }),
      ...more,
    });
  }
  get origin(): string {
    return this.#running.origin;
  }
  linkFor(person: Name): Promise<string> {
    return this.#running.linkFor(person);
  }
  kill(): Promise<void> {
    return this.#running.kill();
  }
  get #running(): ServedSchool {
    if (!this.#served) throw new Error('the school was not started');
    return this.#served;
  }
}

export interface Visitors {
  /** A person comes in with a browser of their own, by a one-time link, and sees their chats. */
  comeIn(name: Name, options?: Parameters<Browser['newContext']>[0]): Promise<StoryPerson>;
  /** A browser whose profile stays on the disk when it dies. */
  profile(): Promise<StoryProfile>;
}

export class StoryProfile {
  readonly folder = mkdtempSync(join(tmpdir(), 'parta-profile-'));
  readonly wire: StoryWire;
  #context: BrowserContext | undefined;

  constructor(wire: StoryWire) {
    this.wire = wire;
  }
  async open(name: Name): Promise<StoryPerson> {
    this.#context = await chromium.launchPersistentContext(this.folder, {
      ...{ executablePath: findChromium(), args: chromiumArgs, proxy: this.wire.proxy },
      ...{ locale: 'ru-RU', timezoneId: 'Europe/Moscow', viewport: { width: 1280, height: 800 } },
    });
    return new StoryPerson(name, this.#context.pages()[0] ?? (await this.#context.newPage()), this.wire);
  }
  async close(): Promise<void> {
    await this.#context?.close();
    this.#context = undefined;
  }
  /** The whole browser, every process of it, at once and without a word. */
  async kill(): Promise<void> {
    const closed = this.#context?.waitForEvent('close');
    for (const { pid, command } of processes())
      if (command.includes(`--user-data-dir=${this.folder}`)) tryKill(pid);
    await closed;
    this.#context = undefined;
  }
}

/** Small Linux images have no `ps`, and macOS has no /proc. */
function processes(): { pid: number; command: string }[] {
  if (!existsSync('/proc/self/cmdline')) {
    const listed = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,command='], { encoding: 'utf8' });
    return listed.split('\n').map((line) => ({ pid: Number.parseInt(line, 10), command: line }));
  }
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.map((pid) => ({ pid, command: commandOf(pid) }));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went together with its parent.
  }
}

export const test = base.extend<{ history: History | undefined; school: StorySchool; people: Visitors }>({
  history: [undefined, { option: true }],
  school: async ({ history }, use) => {
    const school = new StorySchool();
    await school.start(history);
    await use(school);
    await school.kill();
    rmSync(school.data, { recursive: true, force: true });
  },
  people: async ({ browser, school }, use) => {
    const wires: StoryWire[] = [];
    const contexts: BrowserContext[] = [];
    const profiles: StoryProfile[] = [];
    const lay = async () => {
      const wire = await StoryWire.lay();
      wires.push(wire);
      return wire;
    };
    await use({
      async comeIn(name, options = {}) {
        const wire = await lay();
        const context = await browser.newContext({ ...options, proxy: wire.proxy });
        contexts.push(context);
        const person = new StoryPerson(name, await context.newPage(), wire);
        await person.enter(await school.linkFor(name));
        return person;
      },
      async profile() {
        const profile = new StoryProfile(await lay());
        profiles.push(profile);
        return profile;
      },
    });
    for (const context of contexts) await context.close();
    for (const profile of profiles) {
      await profile.close();
      rmSync(profile.folder, { recursive: true, force: true, maxRetries: 5 });
    }
    for (const wire of wires) wire.close();
  },
});
