import { mount, unmount } from 'svelte';
import { expect, onTestFinished, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import KeptWords from './KeptWords.svelte';

test('[R884] words that grew after Masha put them away, from another device of hers, are shown again and do not go', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const drop = vi.fn();
  let text = $state('Завтра');
  const card = mount(KeptWords, {
    target: document.body,
    props: {
      get unfinished() {
        return [{ of: undefined, text, drop }];
      },
      ...{ refused: [], ofClass: true, mayNow: () => false, onreuse: undefined, ondismiss: () => {} },
    },
  });
  onTestFinished(async () => {
    vi.useRealTimers();
    await unmount(card);
  });
  await page.getByRole('button', { name: 'Убрать' }).click();
  text = 'Завтра\nМы с мамой уезжаем';
  await expect.element(page.getByText('Завтра Мы с мамой уезжаем')).toBeVisible();
  vi.advanceTimersByTime(60_000);
  expect(drop).not.toHaveBeenCalled();
});
