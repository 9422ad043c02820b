/** A named person in front of a browser: what they do and see, in the app's own words. */
import { expect, type Locator, type Page } from '@playwright/test';
import { appIsStored } from './stored-app.ts';
import type { StoryWire } from './story-wire.ts';

export type Name = 'elena' | 'igor' | 'anna' | 'masha' | 'petya' | 'olga' | 'dima';
export type State = 'В очереди' | 'Отправлено' | 'Доставлено' | 'Прочитано';

/** Time for what has to cross the network after an outage: the line's own waits included. */
export const AFTER_OUTAGE = { timeout: 25_000 };

export class StoryPerson {
  readonly name: Name;
  readonly wire: StoryWire;
  page: Page;

  constructor(name: Name, page: Page, wire: StoryWire) {
    this.name = name;
    this.page = page;
    this.wire = wire;
  }

  async enter(link: string): Promise<void> {
    await this.page.goto(link);
    await expect(this.chatLink('Объявления')).toBeVisible(AFTER_OUTAGE);
  }

  /** The same person on another page of the same browser. */
  async anotherTab(): Promise<StoryPerson> {
    const tab = new StoryPerson(this.name, await this.page.context().newPage(), this.wire);
    await tab.page.goto(new URL('/chats', this.page.url()).href);
    return tab;
  }

  /** Once the app is stored, so that every screen of it opens without the relay. */
  async loseNetwork(): Promise<void> {
    await this.isStoredWhole();
    await this.loseNetworkAtOnce();
  }
  async loseNetworkAtOnce(): Promise<void> {
    this.wire.cut();
    await this.page.context().setOffline(true);
  }
  async findNetwork(): Promise<void> {
    this.wire.mend();
    await this.page.context().setOffline(false);
  }

  /** The tab dies without a word, as when the browser's process for it falls over. */
  async crash(): Promise<void> {
    const crashed = this.page.waitForEvent('crash');
    const session = await this.page.context().newCDPSession(this.page);
    session.send('Page.crash').catch(() => undefined);
    await crashed;
  }

  isStoredWhole(): Promise<void> {
    return appIsStored(this.page);
  }

  /** What the bar under the window's edge counts as unsent. */
  async unsentCount(): Promise<number> {
    const said = await this.page
      .getByRole('status')
      .getByText(/Не отправлено: \d+/)
      .allTextContents();
    return Number(/\d+/.exec(said[0] ?? '')?.[0] ?? 0);
  }

  /** What stands on the disk of what she is writing in a chat. */
  keptDraft(chat: string): Promise<unknown> {
    return this.page.evaluate(async (key) => {
      const ask = <T>(request: IDBRequest<T>) =>
        new Promise<T>((done, failed) => {
          request.onsuccess = () => done(request.result);
          request.onerror = () => failed(request.error);
        });
      for (const { name = '' } of await indexedDB.databases()) {
        const database = await ask(indexedDB.open(name));
        const row = database.objectStoreNames.contains('kv')
          ? await ask(database.transaction('kv').objectStore('kv').get(key))
          : undefined;
        database.close();
        if (row) return row.value;
      }
    }, `draft/${chat}`);
  }

  /** Her session ends from somewhere else, while this browser may know nothing of it. */
  async endSessionElsewhere(): Promise<void> {
    const { origin } = new URL(this.page.url());
    const cookies = await this.page.context().cookies(origin);
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const headers = { cookie, origin, 'content-type': 'application/json' };
    const answer = await fetch(`${origin}/api/sign-out`, { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(204);
  }

  /** Names of the databases that the app holds on this device. */
  keptNames(): Promise<string[]> {
    return this.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ''));
  }

  chatLink(title: string): Locator {
    return this.page.getByRole('link', { name: new RegExp(`^${title}`) });
  }
  async open(title: string): Promise<void> {
    await this.chatLink(title).click();
    await expect(this.page.getByRole('heading', { name: title, level: 1 })).toBeVisible();
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Сообщение' });
  }
  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.page.getByRole('button', { name: 'Отправить' }).click();
    await expect(this.message(text)).toBeVisible();
  }

  get log(): Locator {
    return this.page.getByRole('log');
  }
  /** A message on screen, by its words; not the ones that answer it. */
  message(text: string | RegExp): Locator {
    return this.log.getByRole('article', { name: text });
  }
  /** Waits until the chat on screen shows these messages once each and in this order. */
  async sees(...texts: string[]): Promise<void> {
    const shown = async () => {
      const articles = await this.log.getByRole('article').evaluateAll(namesOf);
      return articles.flatMap((article) => texts.filter((text) => article.includes(text)));
    };
    await expect.poll(shown, AFTER_OUTAGE).toEqual(texts);
  }
  /** Waits until an own message says this state, in its accessible name. */
  async seesState(text: string, state: State): Promise<void> {
    await expect(this.message(text)).toHaveAccessibleName(new RegExp(`, ${state}$`), AFTER_OUTAGE);
    await expect(this.message(text).getByRole('img', { name: state })).toBeVisible();
  }

  /** Reads back, screen by screen, until a message is drawn. */
  async scrollBackTo(text: RegExp): Promise<void> {
    const look = async () => {
      if (await this.message(text).isVisible()) return true;
      await this.log.evaluate((list) => list.scrollBy({ top: -500 }));
      return false;
    };
    await expect.poll(look, { ...AFTER_OUTAGE, intervals: [20] }).toBe(true);
  }
  /** Pixels above what is on screen. */
  scrollRoom(): Promise<number> {
    return this.log.evaluate((list) => list.scrollTop);
  }

  /** Does something with a message by its menu. */
  async act(text: string | RegExp, act: string): Promise<void> {
    await this.message(text).click({ button: 'right' });
    await this.page
      .getByRole('dialog', { name: 'Действия с сообщением' })
      .getByRole('button', { name: act })
      .click();
  }

  /** The same with a finger. */
  async choose(text: string, act: string): Promise<void> {
    await this.message(text).getByText(text).last().tap();
    await this.page
      .getByRole('dialog', { name: 'Действия с сообщением' })
      .getByRole('button', { name: act })
      .tap();
  }
  /** A finger that stays. */
  async longPress(text: string): Promise<void> {
    const box = await this.message(text).boundingBox();
    if (!box) throw new Error(`${text} is not on screen`);
    const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await expect(this.page.getByRole('dialog')).toBeVisible();
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await session.detach();
  }

  /** An administrator opens the page of a person, or of a chat's rights. */
  async openPerson(name: string): Promise<void> {
    await this.page.getByRole('link', { name: 'Школа' }).click();
    await this.page.getByRole('searchbox', { name: 'Найти человека' }).fill(name);
    await this.page.getByRole('link', { name: new RegExp(name) }).click();
    await this.#deskIsOpen();
  }
  async openRightsOf(chat: string): Promise<void> {
    await this.page.getByRole('link', { name: 'Школа' }).click();
    await this.page.locator('summary', { hasText: 'Права в чатах' }).click();
    await this.page.getByRole('link', { name: new RegExp(`^${chat} \\d`) }).click();
    await this.#deskIsOpen();
  }
  async #deskIsOpen(): Promise<void> {
    await expect(this.page.getByRole('combobox').first()).toBeEnabled(AFTER_OUTAGE);
  }

  /** The card of something that was refused, by its text or heading. */
  refused(text: string): Locator {
    return this.page
      .getByRole('list', { name: 'Не принято' })
      .getByRole('listitem')
      .filter({ hasText: text });
  }
}

function namesOf(articles: Element[]): string[] {
  return articles.map((article) => article.getAttribute('aria-label') ?? '');
}
