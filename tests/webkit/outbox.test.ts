/** One story in WebKit, the engine of every iPhone: written with the relay gone, sent when it is back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { findWebKit, whyNoWebKit } from '../../scripts/webkit.mjs';
import { serveSchool } from '../support/served-school.ts';
import { openWebKit, type WebKitParts } from '../support/webkit.ts';

const WORDS = 'Написано в Safari без сети';
const webkit = findWebKit();
if (!webkit) console.info(whyNoWebKit());

test.runIf(webkit)(
  '[R663] in WebKit a message written with the relay gone waits in the outbox and goes out when it is back',
  {
    timeout: 120_000,
  },
  async ({ onTestFinished }) => {
    const folder = mkdtempSync(join(tmpdir(), 'parta-webkit-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const data = join(folder, 'data');
    const school = await serveSchool({ data });
    onTestFinished(school.kill);
    const safari = await openWebKit(webkit as WebKitParts);
    onTestFinished(safari.close);
    const seen = (text: string) => () =>
      safari.run<string>('return document.body.innerText').then((body) => expect(body).toContain(text));
    const within = { timeout: 40_000, interval: 200 };

    await safari.open(await school.linkFor('masha'));
    await vi.waitFor(seen('Объявления'), within);
    await safari.click('a[href="/chats/7a"]');
    await vi.waitFor(() => safari.type('textarea', 'Первое'), within);
    await safari.click('button[aria-label="Отправить"]');
    await vi.waitFor(() => expect(stored(data)).toEqual(['Первое']), within);

    await school.kill();
    await safari.type('textarea', WORDS);
    await safari.click('button[aria-label="Отправить"]');
    await vi.waitFor(seen(WORDS), within);
    const back = await serveSchool({ data, port: school.port });
    onTestFinished(back.kill);
    await vi.waitFor(() => expect(stored(data)).toEqual(['Первое', WORDS]), within);
    // The facts that decide what an iPhone can do, from the engine itself.
    expect(
      await safari.run('return [isSecureContext, "locks" in navigator, "serviceWorker" in navigator]'),
    ).toEqual([true, true, true]);
  },
);

function stored(data: string): string[] {
  const db = new Sqlite(join(data, 'parta.sqlite'), { readonly: true });
  try {
    return db
      .prepare("select text from places where room = 'chat/7a' order by seq")
      .pluck()
      .all() as string[];
  } finally {
    db.close();
  }
}
