import { expect, test } from 'vitest';
import type { PaperRow } from '#lib/replica/types.ts';
import { paperIn } from './paper-in.ts';

const plan: PaperRow = { id: 'p1', title: 'План', chat: '7a', by: 'anna', edit: 'everyone', at: 0 };
const inText = (text: string) => paperIn({ text }, () => [plan]);

test('[R870] a known paper whose address stands alone in the last line is a card; an address among words, or of another school, is none', () => {
  const at = 'https://school.example/papers/p1';
  expect(inText(`План\n${at}`)).toEqual({ id: 'p1', title: 'План', words: '' });
  expect(inText(`Прочтите к среде\n${at}`)).toEqual({ id: 'p1', title: 'План', words: 'Прочтите к среде' });
  expect(inText(`Повестка: ${at}`)).toBeUndefined();
  expect(inText(`${at}/versions`)).toBeUndefined();
  expect(inText('https://school.example/papers/p2')).toBeUndefined();
});
