import { createRawSnippet } from 'svelte';
import { expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { MessageView } from '#lib/replica/types.ts';
import '../../app.css';
import MessageList from './MessageList.svelte';
import { type MessageRow, rowsOf } from './rows.ts';

const STILL_FRAMES = 15;
const noon = new Date(2026, 10, 24, 12, 0).getTime();

/** Messages of different heights, as a class writes them. */
function messages(from: number, to: number): MessageView[] {
  return Array.from({ length: to - from }, (_, n) => {
    const id = from + n;
    const at = noon + id * 1_000;
    return {
      id: `m${id}`,
      by: 'petya',
      mine: false,
      at,
      arrivedAt: at,
      text: 'слово '.repeat(1 + (id % 40)),
      ...{ seq: id + 1, edited: false, pending: false, re: undefined, paper: undefined },
      ...{ reactions: [], pinned: false, state: 'sent' as const, late: false },
    };
  });
}
const row = createRawSnippet<[MessageRow, boolean]>((item) => ({
  render: () =>
    `<article data-message="${item().id}" id="m-${item().id}" tabindex="-1" style="padding:8px;max-width:20rem">${item().message.text}</article>`,
}));
const empty = createRawSnippet(() => ({ render: () => '<p>тихо</p>' }));

async function draw(rows: MessageRow[], more: { hasOlder?: boolean; onolder?: () => void } = {}) {
  document.body.replaceChildren();
  const holder = document.createElement('div');
  holder.style.cssText = 'display:flex;flex-direction:column;width:360px;height:600px';
  document.body.append(holder);
  const seen: string[] = [];
  const props = {
    rows,
    ready: true,
    hasOlder: false,
    loading: false,
    said: '',
    spoken: '',
    dayOf: ({ message }: MessageRow) => new Date(message.at).toDateString(),
    onolder: () => undefined,
    onseen: (message: string) => void seen.push(message),
    row,
    empty,
    ...more,
  };
  const drawn = new Set<string>();
  const watch = new MutationObserver(() => {
    for (const { id } of holder.querySelectorAll('article')) drawn.add(id);
  });
  watch.observe(holder, { childList: true, subtree: true });
  const screen = await render(MessageList, { target: holder, props });
  const log = () => holder.querySelector<HTMLElement>('[role="log"]') as HTMLElement;
  const first = () => {
    const top = log().getBoundingClientRect().top;
    const article = [...log().querySelectorAll('article')].find(
      (one) => one.getBoundingClientRect().top >= top,
    );
    return { id: article?.id, y: Math.round(article?.getBoundingClientRect().top ?? 0) };
  };
  const fromEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight;
  /** The list measures what it drew and corrects itself for some frames: a reader's hand comes after that. */
  const still = async () => {
    for (let frames = 0, last = -1; frames < STILL_FRAMES; ) {
      await new Promise(requestAnimationFrame);
      frames = log().scrollTop === last ? frames + 1 : 0;
      last = log().scrollTop;
    }
  };
  await vi.waitFor(() => expect(log().scrollTop > 1_000 && Math.abs(fromEnd()) < 2).toBe(true));
  await still();
  watch.disconnect();
  return { screen, props, seen, drawn, log, first, fromEnd, still };
}

test('[R465] a chat opens at its end and says what was seen', async () => {
  const { fromEnd, seen, log } = await draw(rowsOf(messages(0, 300), undefined));
  await vi.waitFor(() => expect(log().scrollTop).toBeGreaterThan(1_000));
  await vi.waitFor(() => expect(Math.abs(fromEnd())).toBeLessThan(2));
  await vi.waitFor(() => expect(seen.at(-1)).toBe('m299'));
});

test('[R497] a chat opens by drawing about as many messages as are in view, and more once somebody reads back', async () => {
  const { drawn, log, still } = await draw(rowsOf(messages(0, 300), undefined));
  const inView = [...log().querySelectorAll('article')].filter(
    (one) => one.getBoundingClientRect().bottom > log().getBoundingClientRect().top,
  );
  expect(inView.length).toBeGreaterThan(3);
  expect(drawn.size).toBeLessThanOrEqual(inView.length + 4);
  log().scrollTop -= 300;
  await still();
  const [first] = log().querySelectorAll('article');
  expect(log().getBoundingClientRect().top - (first?.getBoundingClientRect().top ?? 0)).toBeGreaterThan(250);
});

test('[R468] what comes above an own message that waits at the end is seen too', async () => {
  const own = { ...(messages(900, 901)[0] as MessageView), mine: true, arrivedAt: undefined } as MessageView;
  const { screen, props, seen } = await draw(rowsOf([...messages(0, 100), own], undefined));
  await vi.waitFor(() => expect(seen.at(-1)).toBe('m900'));
  seen.length = 0;
  await screen.rerender({ ...props, rows: rowsOf([...messages(0, 101), own], undefined) });
  await vi.waitFor(() => expect(seen.at(-1)).toBe('m900'));
});

test('[R466] older messages come in front and what is being read stays where it is', async () => {
  const onolder = vi.fn();
  const { screen, props, log, first, still } = await draw(rowsOf(messages(500, 700), undefined), {
    hasOlder: true,
    onolder,
  });
  log().scrollTop = 500;
  await vi.waitFor(() => expect(onolder).toHaveBeenCalled());
  await still();
  const before = first();
  await screen.rerender({ ...props, rows: rowsOf(messages(200, 700), undefined) });
  await vi.waitFor(() => expect(log().scrollTop).toBeGreaterThan(5_000));
  await still();
  expect(first()).toEqual(before);
});

test('[R466] a message of another does not pull a reader down; one at the end follows', async () => {
  const { screen, props, log, fromEnd, still } = await draw(rowsOf(messages(0, 200), undefined));
  await screen.rerender({ ...props, rows: rowsOf(messages(0, 201), undefined) });
  await vi.waitFor(() => expect(log().querySelector('#m-m200')).not.toBeNull());
  await vi.waitFor(() => expect(Math.abs(fromEnd())).toBeLessThan(2));
  await still();
  log().scrollTop -= 2_000;
  const button = () => log().parentElement?.querySelector('button');
  await vi.waitFor(() => expect(button()).not.toBeNull());
  await still();
  const before = log().scrollTop;
  await screen.rerender({ ...props, rows: rowsOf(messages(0, 202), undefined) });
  await vi.waitFor(() => expect(button()?.textContent?.trim()).toBe('1'));
  expect(log().scrollTop).toBe(before);
});

test('[R466] a list at its end follows however quickly messages come and go, and lets a reader leave it', async () => {
  const { screen, props, log, fromEnd, still } = await draw(rowsOf(messages(0, 200), undefined));
  for (const count of [201, 202, 203, 240, 239]) {
    await screen.rerender({ ...props, rows: rowsOf(messages(0, count), undefined) });
    if (count % 2) await new Promise(requestAnimationFrame);
  }
  await vi.waitFor(() => expect(log().querySelector('#m-m238')).not.toBeNull());
  await vi.waitFor(() => expect(Math.abs(fromEnd())).toBeLessThan(2));
  await still();
  // What was taken back leaves nothing to measure.
  await screen.rerender({ ...props, rows: rowsOf(messages(0, 238), undefined) });
  await still();
  log().scrollTop -= 2_000;
  await vi.waitFor(() => expect(log().parentElement?.querySelector('button')).not.toBeNull());
});

test('[R467] the arrow keys walk from message to message and the focus stays in view', async () => {
  const { log } = await draw(rowsOf(messages(0, 200), undefined));
  const press = (key: string) =>
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  log().focus();
  for (const id of ['m199', 'm198', 'm197']) {
    press('ArrowUp');
    await vi.waitFor(() => expect(document.activeElement?.id).toBe(`m-${id}`));
  }
  press('Home');
  await vi.waitFor(() => expect(document.activeElement?.id).toBe('m-m0'));
  const box = (document.activeElement as HTMLElement).getBoundingClientRect();
  const list = log().getBoundingClientRect();
  expect(box.top >= list.top && box.bottom <= list.bottom).toBe(true);
});

test('[R721] who reads back sees the day of what is at the edge, and not where its own line stands or at the end', async () => {
  const DAY_MS = 24 * 60 * 60_000;
  const days = messages(0, 200).map((message, n) => {
    const at = noon + Math.floor(n / 50) * DAY_MS;
    return { ...message, at, arrivedAt: at };
  });
  const { log, still } = await draw(rowsOf(days, undefined));
  const label = () => log().parentElement?.querySelector<HTMLElement>('[data-day]') ?? undefined;
  const shows = () => label()?.checkVisibility({ opacityProperty: true }) === true;
  expect(shows()).toBe(false);
  log().scrollTop -= 1_500;
  await vi.waitFor(() =>
    expect(label()?.textContent?.trim()).toBe(new Date(noon + 3 * DAY_MS).toDateString()),
  );
  expect(shows()).toBe(true);
  await still();
  log().scrollTop = 0;
  // The hand does not rest: at the top it goes by itself.
  const hand = setInterval(() => log().dispatchEvent(new Event('scroll')), 100);
  await vi.waitFor(() => expect(shows()).toBe(false), { timeout: 4_000 });
  clearInterval(hand);
  log().scrollTop = 400;
  await vi.waitFor(() => expect(shows()).toBe(true));
  expect(label()?.textContent?.trim()).toBe(new Date(noon).toDateString());
  // It goes when the hand rests.
  await vi.waitFor(() => expect(shows()).toBe(false), { timeout: 4_000 });
});
