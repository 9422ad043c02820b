import { describe, expect, test } from 'vitest';
import type { MessageView } from '#lib/replica/types.ts';
import { rowsOf } from './rows.ts';

const MINUTE = 60_000;
const noon = new Date(2026, 10, 24, 12, 0).getTime();

function message(id: string, by: string, at: number, more: Partial<MessageView> = {}): MessageView {
  return {
    id,
    by,
    mine: false,
    at,
    arrivedAt: at,
    seq: 1,
    text: id,
    edited: false,
    pending: false,
    re: undefined,
    paper: undefined,
    reactions: [],
    pinned: false,
    state: 'sent',
    late: false,
    ...more,
  };
}
const shape = (messages: MessageView[], firstUnread?: string): string =>
  rowsOf(messages, firstUnread)
    .map(
      (row) =>
        `${row.day === undefined ? '' : '= '}${row.fresh ? '- ' : ''}${row.head ? '[' : ''}${row.id}${row.tail ? ']' : ''}`,
    )
    .join(' ');

describe('rows of a chat', () => {
  test('[R457] messages of one author within five minutes stand together', () => {
    expect(
      shape([
        message('m1', 'masha', noon),
        message('m2', 'masha', noon + 5 * MINUTE),
        message('m3', 'masha', noon + 11 * MINUTE),
        message('m4', 'anna', noon + 11 * MINUTE),
      ]),
    ).toBe('= [m1 m2] [m3] [m4]');
  });

  test('[R457] a day or the «new» line parts a group', () => {
    expect(
      shape(
        [
          message('m1', 'masha', noon - 24 * 60 * MINUTE),
          message('m2', 'masha', noon),
          message('m3', 'masha', noon + MINUTE),
        ],
        'm3',
      ),
    ).toBe('= [m1] = [m2] - [m3]');
  });

  test('[R458] yesterday’s words that arrived today stand under today', () => {
    const late = message('m2', 'masha', noon - 20 * 60 * MINUTE, { arrivedAt: noon, late: true });
    expect(shape([message('m1', 'anna', noon - MINUTE), late])).toBe('= [m1] [m2]');
  });

  test('[R458] an unsent message stands under the day it was written', () => {
    const unsent = message('m2', 'masha', noon + 24 * 60 * MINUTE, {
      arrivedAt: undefined,
      seq: undefined,
    });
    expect(shape([message('m1', 'masha', noon), unsent])).toBe('= [m1] = [m2]');
  });

  test('[R457] an empty chat has no rows', () => {
    expect(rowsOf([], undefined)).toEqual([]);
  });
});
