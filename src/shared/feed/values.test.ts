import { expect, test } from 'vitest';
import type { Json } from '../ops/op.ts';
import { editFault, messageFault, paperFault } from './values.ts';

const AT = 1_760_000_000_000;
const PAPER = { by: 'masha', title: 'Доклад', edit: 'owner' };

test.each<[string, Json, string | undefined]>([
  ['a time and a text', { at: AT, text: 'да' }, undefined],
  ['no time', { text: 'да' }, 'bad-value'],
  ['a time that is no number', { at: 'вчера', text: 'да' }, 'bad-value'],
  ['a text that is no text', { at: AT, text: 5 }, 'bad-value'],
  ['a text of 4 097 characters', { at: AT, text: 'я'.repeat(4_097) }, 'too-long'],
])('[R202] an edit of %s', (_what, value, code) => {
  expect(editFault(value, { by: 'masha', at: AT, text: 'нет' })).toBe(code);
});

test('[R202] only a message that shares a paper may be edited to nothing', () => {
  const empty = { at: AT, text: '' };
  expect(editFault(empty, { by: 'masha', at: AT, text: 'вот', paper: 'a.1' })).toBe(undefined);
  expect(editFault(empty, { by: 'masha', at: AT, text: 'вот' })).toBe('bad-value');
});

test.each<[string, Json, string | undefined]>([
  ['an owner, a title and rights', PAPER, undefined],
  ['a field of its own', { ...PAPER, secret: 1 }, 'bad-value'],
  ['no owner', { title: 'Доклад', edit: 'owner' }, 'bad-value'],
  ['an owner that is no person', { ...PAPER, by: 7 }, 'bad-value'],
  ['a title of spaces', { ...PAPER, title: '  ' }, 'bad-value'],
  ['a title of 121 characters', { ...PAPER, title: 'я'.repeat(121) }, 'too-long'],
  ['rights that do not exist', { ...PAPER, edit: 'nobody' }, 'bad-value'],
])('[R206] a paper with %s', (_what, value, code) => {
  expect(paperFault(value)).toBe(code);
});

test('[R200] a message that shares something that is no id', () => {
  expect(messageFault({ by: 'masha', at: AT, text: 'вот', paper: '../x' }, 'masha')).toBe('bad-value');
  expect(messageFault({ by: 'masha', at: AT, text: '', paper: 'a.1' }, 'masha')).toBe(undefined);
});
