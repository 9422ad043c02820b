import { expect, test } from 'vitest';
import { pieces } from './links.ts';

const links = (text: string, own?: string): string[] =>
  pieces(text, own).flatMap((piece) => (piece.kind === 'link' ? [piece.href] : []));

test('[R454] an address in a message becomes a link, its sentence’s punctuation stays outside', () => {
  expect(pieces('Задание: https://edu.ru/7a?x=1, до пятницы.')).toEqual([
    { kind: 'text', text: 'Задание: ' },
    { kind: 'link', text: 'https://edu.ru/7a?x=1', href: 'https://edu.ru/7a?x=1' },
    { kind: 'text', text: ', до пятницы.' },
  ]);
  expect(links('(см. www.edu.ru/урок_(2))')).toEqual(['https://www.edu.ru/%D1%83%D1%80%D0%BE%D0%BA_(2)']);
});

test('[R454] an address that hides where it goes stays plain text', () => {
  expect(links('https://school.ru@evil.example/')).toEqual([]);
  expect(links('javascript:alert(1)')).toEqual([]);
  expect(links('https://edu.ru/\u202egpj.exe')).toEqual([]);
  expect(links('http://localhost/')).toEqual([]);
});

test('[R454] an address of the app itself becomes a link wherever the app stands', () => {
  const own = 'http://localhost:8166';
  expect(links('План: http://localhost:8166/papers/a.1.', own)).toEqual(['http://localhost:8166/papers/a.1']);
  expect(links('http://localhost:8166@evil/ http://localhost:81/ https://localhost:8166/', own)).toEqual([]);
  expect(links('http://school/', own)).toEqual([]);
});

test('[R454] the pieces together are the text, letter by letter', () => {
  const text = 'a www.x.ru. https:// b\nhttps://y.ru) c';
  expect(
    pieces(text)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
});
