/** WebKit as Debian packs it (webkit2gtk-driver, xvfb), spoken to in plain WebDriver. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { freePort } from './served-school.ts';

/** Where its parts are: what scripts/webkit.mjs finds. */
export interface WebKitParts {
  browser: string;
  driver: string;
  screen: string;
}

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

export async function openWebKit(parts: WebKitParts): Promise<WebKit> {
  const screen = await openScreen(parts.screen);
  const port = await freePort();
  const env = {
    ...process.env,
    DISPLAY: screen.display,
    LIBGL_ALWAYS_SOFTWARE: '1',
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  };
  const driver = spawn(parts.driver, [`--port=${port}`], { env, stdio: 'ignore' });
  const end = () => {
    for (const child of [driver, screen.child]) child.kill('SIGTERM');
  };
  try {
    return await startSession(parts.browser, port, end);
  } catch (error) {
    end();
    throw error;
  }
}

/** A screen of its own: the server itself picks a number that is free. */
async function openScreen(program: string): Promise<{ child: ChildProcess; display: string }> {
  const child = spawn(program, ['-displayfd', '3', '-screen', '0', '1280x800x24'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const said = once(child.stdio[3] as Readable, 'data').then(([data]) => String(data).trim());
  const number = await Promise.race([said, once(child, 'exit').then(() => undefined)]);
  if (number === undefined) throw new Error('Xvfb ended before it had a screen');
  return { child, display: `:${number}` };
}

async function startSession(binary: string, port: number, end: () => void): Promise<WebKit> {
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
      end();
    },
  };
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
