/** WebKit as Debian packs it (webkit2gtk-driver, xvfb), spoken to in plain WebDriver. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { freePort } from './served-school.ts';

export interface WebKit {
  open(url: string): Promise<void>;
  /** Runs a script body in the page; `arguments` are the words. */
  run<T>(script: string, ...words: unknown[]): Promise<T>;
  /** Types into, or clicks, what a selector finds. */
  type(selector: string, text: string): Promise<void>;
  click(selector: string): Promise<void>;
  close(): Promise<void>;
}

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export async function openWebKit(display: number): Promise<WebKit> {
  const binary = findWebKit() ?? (installed() ? findWebKit() : undefined);
  if (!binary)
    throw new Error('There is no WebKit to try. Install it: apt install webkit2gtk-driver xvfb (Debian).');
  const port = await freePort();
  const screen = spawn('Xvfb', [`:${display}`, '-screen', '0', '1280x800x24'], { stdio: 'ignore' });
  const env = {
    ...process.env,
    DISPLAY: `:${display}`,
    LIBGL_ALWAYS_SOFTWARE: '1',
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  };
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], { env, stdio: 'ignore' });
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`WebKit: ${value.error} ${value.message}`);
    return value;
  };
  await up(() => call('GET', '/status'));
  const options = { binary, args: ['--automation'] };
  const session = await call<{ sessionId: string }>('POST', '/session', {
    capabilities: { alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options } },
  });
  const at = `/session/${session.sessionId}`;
  const find = async (value: string) =>
    (await call<Record<string, string>>('POST', `${at}/element`, { using: 'css selector', value }))[ELEMENT];
  return {
    open: (url) => call('POST', `${at}/url`, { url }),
    run: (script, ...words) => call('POST', `${at}/execute/sync`, { script, args: words }),
    type: async (selector, text) => call('POST', `${at}/element/${await find(selector)}/value`, { text }),
    click: async (selector) => call('POST', `${at}/element/${await find(selector)}/click`, {}),
    async close() {
      await call('DELETE', at).catch(() => undefined);
      for (const child of [driver, screen] as ChildProcess[]) child.kill('SIGTERM');
    },
  };
}

function findWebKit(): string | undefined {
  const [binary] = globSync('/usr/lib/*/webkit2gtk-4.*/MiniBrowser');
  return existsSync('/usr/bin/Xvfb') && existsSync('/usr/bin/WebKitWebDriver') ? binary : undefined;
}

/** On a Debian of one's own (root, as in CI) what is missing is installed; elsewhere a sentence says what to install. */
function installed(): boolean {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const words = ['install', '-y', '--no-install-recommends', 'webkit2gtk-driver', 'xvfb'];
  spawnSync('apt-get', ['update'], { env });
  return spawnSync('apt-get', words, { env }).status === 0;
}

async function up(ask: () => Promise<unknown>): Promise<void> {
  for (let left = 200; ; left--) {
    try {
      await ask();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
