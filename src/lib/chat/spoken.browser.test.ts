import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MessageView } from '#lib/replica/types.ts';
import { Spoken } from './spoken.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const NAMES: Record<string, string> = { anna: 'Анна Петровна', masha: 'Маша' };
const of = (id: string, by: string, text: string, more: Partial<MessageView> = {}) =>
  ({ id, by, text, mine: by === 'masha', seq: Number(id.slice(1)), ...more }) as MessageView;
const first = of('m1', 'anna', 'Здравствуйте');
const secret = of('m2', 'anna', 'Тайна пятого урока');

/** Masha's screen reader in a chat that was just read. */
function open() {
  const spoken = new Spoken();
  const hear = (...messages: MessageView[]) => {
    spoken.hear(messages, (person) => NAMES[person] ?? '');
    return spoken.text;
  };
  return { spoken, hear };
}

test('[R789] what comes is said once, and what was there or is her own is not', () => {
  const { hear } = open();
  expect(hear(first)).toBe('');
  const own = of('m2', 'masha', 'Я тут');
  expect(hear(first, own)).toBe('');
  const waiting = of('m9', 'masha', 'В очереди', { seq: undefined });
  const answer = of('m3', 'anna', 'Вижу');
  expect(hear(first, own, answer, waiting)).toBe('Анна Петровна: Вижу');
});

test('[R789] what was said does not stay in the page, and goes at once with its message', () => {
  const { spoken, hear } = open();
  hear(first);
  hear(first, secret);
  vi.advanceTimersByTime(1_000);
  expect(spoken.text).toContain('Тайна');
  vi.advanceTimersByTime(5_000);
  expect(spoken.text).toBe('');

  hear(first, secret, of('m3', 'anna', 'Пароль от журнала'));
  expect(hear(first, secret)).toBe('');
  // The timer of what went away takes nothing of what comes.
  vi.advanceTimersByTime(4_900);
  hear(first, secret, of('m4', 'anna', 'До завтра'));
  vi.advanceTimersByTime(200);
  expect(spoken.text).toBe('Анна Петровна: До завтра');
});
