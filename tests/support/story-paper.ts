/** A paper under a person's hands, by mouse and keyboard or with fingers. */
import { expect, type Locator, type Page } from '@playwright/test';
import { AFTER_OUTAGE, type StoryPerson } from './story-person.ts';

export class StoryPaper {
  readonly page: Page;

  constructor(person: Pick<StoryPerson, 'page'>) {
    this.page = person.page;
  }

  get text(): Locator {
    return this.page.getByRole('textbox', { name: 'Текст документа' });
  }

  /** In the chat on screen. */
  async make(title: string, ...paragraphs: string[]): Promise<void> {
    await this.page.getByRole('button', { name: 'Новый документ' }).click();
    await this.page.getByLabel('Название').fill(title);
    await this.page.getByRole('button', { name: 'Создать документ' }).click();
    await expect(this.text).toBeFocused();
    for (const [i, paragraph] of paragraphs.entries()) {
      if (i > 0) await this.page.keyboard.press('Enter');
      await this.page.keyboard.type(paragraph);
    }
    await this.isSaved();
  }

  /** A click puts the caret where the pointer is: the end of the words is found with the End key. */
  async typeAfter(words: string, more: string): Promise<void> {
    await this.text.locator('p').filter({ hasText: words }).last().click();
    await this.page.keyboard.press('End');
    await this.page.keyboard.type(more);
  }

  async isSaved(): Promise<void> {
    await expect(this.page.getByTitle('Сохранено')).toBeVisible(AFTER_OUTAGE);
  }

  async reads(...words: string[]): Promise<void> {
    for (const some of words) await expect(this.text).toContainText(some, AFTER_OUTAGE);
  }

  get versions(): Locator {
    return this.page.getByRole('link', { name: 'Версии' });
  }
  get listed(): Locator {
    return this.page.getByRole('navigation', { name: 'Когда и кто писал' }).getByRole('link');
  }
  /** The version that is looked at. */
  get asItWas(): Locator {
    return this.page.getByRole('region', { name: /Документ, каким он был/ });
  }
  get restore(): Locator {
    return this.page.getByRole('button', { name: 'Вернуть эту версию' });
  }
}

/** Nothing sticks out to the side. */
export async function fitsThePhone(page: Page): Promise<void> {
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over).toBe(0);
}
