/** What keeps people from using a page, as axe finds it. */
import { expect, type Page } from '@playwright/test';
import axe from 'axe-core';

/** Nothing serious or critical, and a heading of the first level. */
export async function holdsNoBarrier(page: Page): Promise<void> {
  // A moving page is half transparent: its colours are looked at when it stands still.
  // What moves with a scroll, like the tools' fading edge, never finishes.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(({ timeline }) => timeline === document.timeline)
        .map(({ finished }) => finished),
    ),
  );
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
    return violations
      .filter(
        ({ id, impact }) => impact === 'serious' || impact === 'critical' || id === 'page-has-heading-one',
      )
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
      );
  });
  expect(found).toEqual([]);
}
