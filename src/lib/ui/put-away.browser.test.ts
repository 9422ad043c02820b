import { createRawSnippet, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import PutAway from './PutAway.svelte';

let card: Record<string, unknown> | undefined;
const onput = vi.fn();
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onput.mockReset();
  const children = createRawSnippet((put: () => (event: MouseEvent) => void) => ({
    render: () => '<button>Убрать</button>',
    setup: (button) => button.addEventListener('click', (event) => put()(event as MouseEvent)),
  }));
  card = mount(PutAway, { target: document.body, props: { onput, children } });
});
afterEach(async () => {
  await leave();
  vi.useRealTimers();
});

async function leave(): Promise<void> {
  if (card) await unmount(card);
  card = undefined;
}

const HANDS = {
  mouse: (name: string) => page.getByRole('button', { name }).click(),
  async keyboard(name: string) {
    (page.getByRole('button', { name }).element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
  },
};

for (const [hand, press] of Object.entries(HANDS)) {
  test(`[R882] what a slip put away and ${hand} brought back stays for good`, async () => {
    await press('Убрать');
    await press('Отменить');
    await expect.element(page.getByRole('button', { name: 'Убрать' })).toBeVisible();
    vi.advanceTimersByTime(60_000);
    expect(onput).not.toHaveBeenCalled();
  });

  test(`[R882] what ${hand} put away does not go once its page is left`, async () => {
    await press('Убрать');
    (page.getByRole('button', { name: 'Отменить' }).element() as HTMLElement).focus();
    await leave();
    vi.advanceTimersByTime(60_000);
    expect(onput).not.toHaveBeenCalled();
  });
}

test('[R882] what was put away and is let be goes', async () => {
  await HANDS.mouse('Убрать');
  await expect.element(page.getByRole('button', { name: 'Отменить' })).toBeVisible();
  vi.advanceTimersByTime(60_000);
  expect(onput).toHaveBeenCalledOnce();
});
