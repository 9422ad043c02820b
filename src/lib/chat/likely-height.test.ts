import { expect, test } from 'vitest';
import type { MessageView } from '#lib/replica/types.ts';
import { likelyHeight } from './likely-height.ts';
import { type MessageRow, rowsOf } from './rows.ts';

const noon = new Date(2026, 10, 24, 12, 0).getTime();

function rows(text: string, more: Partial<MessageView> = {}): MessageRow[] {
  const messages = Array.from({ length: 40 }, (_, n) => ({
    ...{ id: `m${n}`, by: 'petya', mine: false, at: noon + n, arrivedAt: noon + n },
    ...{ text, reactions: [], ...more },
  }));
  return rowsOf(messages as unknown as MessageView[], undefined);
}

test('[R497] long words are likely to take more lines, and fewer where the screen is wide', () => {
  const long = rows('слово '.repeat(30));
  expect(likelyHeight(long, false)).toBeGreaterThan(likelyHeight(rows('да'), false) + 80);
  expect(likelyHeight(long, true)).toBeLessThan(likelyHeight(long, false) - 40);
});

test('[R497] quotes, papers and reactions take room', () => {
  const bare = likelyHeight(rows('да'), false);
  expect(likelyHeight(rows('да', { re: 'm0' }), false)).toBeGreaterThan(bare + 40);
  expect(likelyHeight(rows('да', { paper: { id: 'p' } as MessageView['paper'] }), false)).toBeGreaterThan(
    bare + 60,
  );
  const reactions = [{ emoji: '👍', by: ['masha'], mine: false }];
  expect(likelyHeight(rows('да', { reactions }), false)).toBeGreaterThan(bare + 30);
});

test('[R497] only what may be on the screen counts', () => {
  const old = rows('слово '.repeat(100));
  const last = rows('да').map((row) => ({ ...row, id: `last-${row.id}` }));
  expect(likelyHeight([...old, ...last], false)).toBe(likelyHeight(last, false));
});
