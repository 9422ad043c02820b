import { expect, test } from 'vitest';
import { lookFrom } from './look.ts';

test('[R460] a look that is broken, unknown or missing opens as the default', () => {
  const usual = { theme: 'system', contrast: 'system', text: 'normal', enter: 'auto' };
  expect(lookFrom(null)).toEqual(usual);
  expect(lookFrom('{')).toEqual(usual);
  expect(lookFrom('null')).toEqual(usual);
  expect(lookFrom('{"theme":"neon","text":7}')).toEqual(usual);
});

test('[R460] what was chosen stays chosen, whatever else is unknown', () => {
  expect(lookFrom('{"theme":"dark","text":"large","later":1}')).toEqual({
    theme: 'dark',
    contrast: 'system',
    text: 'large',
    enter: 'auto',
  });
});
