/** A named person in front of a browser: what they do and see, in the app's own words. */
import { expect, type Locator, type Page } from '@playwright/test';
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

  async loseNetwork(): Promise<void> {
    this.wire.cut();
    await this.page.context().setOffline(true);
  }
  async findNetwork(): Promise<void> {
    this.wire.mend();
    await this.page.context().setOffline(false);
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
  /** All texts of the messages on screen that stand in the story, in their order. */
  message(text: string | RegExp): Locator {
    return this.log.getByRole('article').filter({ hasText: text });
  }
  /** Waits until the chat on screen shows these messages once each and in this order. */
  async sees(...texts: string[]): Promise<void> {
    const shown = async () => {
      const articles = await this.log.getByRole('article').allTextContents();
      return articles.flatMap((article) => texts.filter((text) => article.includes(text)));
    };
    await expect.poll(shown, AFTER_OUTAGE).toEqual(texts);
  }
  /** Waits until an own message says this state, in its accessible name. */
  async seesState(text: string, state: State): Promise<void> {
    await expect(this.message(text)).toHaveAccessibleName(new RegExp(`, ${state}$`), AFTER_OUTAGE);
    await expect(this.message(text).getByRole('img', { name: state })).toBeVisible();
  }

  /** Does something with a message by its menu. */
  async act(text: string, act: string): Promise<void> {
    await this.message(text).click({ button: 'right' });
    await this.page.getByRole('dialog', { name: 'Действия с сообщением' }).getByRole('button', { name: act }).click();
  }

  /** The card of something that was refused, by its text or heading. */
  refused(text: string): Locator {
    return this.page.getByRole('list', { name: 'Не принято' }).getByRole('listitem').filter({ hasText: text });
  }
}
