import { expect, test } from 'vitest';
import { type Key, sends } from './enter.ts';

const enter: Key = {
  key: 'Enter',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  isComposing: false,
};

test('[R459] Ctrl+Enter always sends, whatever is set', () => {
  expect(sends({ ...enter, ctrlKey: true }, 'line', false)).toBe(true);
  expect(sends({ ...enter, metaKey: true }, 'line', true)).toBe(true);
});

test('[R459] Enter sends where there is a keyboard, or where it is set', () => {
  expect(sends(enter, 'auto', true)).toBe(true);
  expect(sends(enter, 'auto', false)).toBe(false);
  expect(sends(enter, 'send', false)).toBe(true);
  expect(sends(enter, 'line', true)).toBe(false);
});

test('[R459] Shift+Enter and an unfinished word of an input method never send', () => {
  expect(sends({ ...enter, shiftKey: true }, 'send', true)).toBe(false);
  expect(sends({ ...enter, isComposing: true }, 'send', true)).toBe(false);
  expect(sends({ ...enter, key: 'a' }, 'send', true)).toBe(false);
});
