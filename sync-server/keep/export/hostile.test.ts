/** Papers that were written to break an export: it ends, and their words stay words. */
import { expect, it } from 'vitest';
import type { PaperNode } from './paper-json.ts';
import { paperMarkdown } from './paper-markdown.ts';

const MANY = 300_000;

const paper = (...content: PaperNode[]): PaperNode => ({ type: 'doc', content });
const said = (text: string, ...marks: string[]): PaperNode => ({
  type: 'text',
  text,
  marks: marks.map((type) => ({ type })),
});
const paragraph = (...content: PaperNode[]): PaperNode => ({ type: 'paragraph', content });

it('[R621] words in a code mark stay words, whatever lines they are on', () => {
  const script = '<script>alert(1)</script>';
  const markdown = paperMarkdown('', paper(paragraph(said(`один\n\n${script}\n\nдва`, 'code'))));
  // A blank line would end the span, and the next line would be HTML.
  expect(markdown).toBe(`\`один  ${script}  два\`\n`);
});

it('[R621] a sign of exclamation before a link makes no picture of it', () => {
  const link = { type: 'link', attrs: { href: 'https://evil.example/t.png' } };
  const shown = { ...said('котик'), marks: [link] };
  expect(paperMarkdown('', paper(paragraph(said('Смотри!'), shown)))).toContain('Смотри\\![котик]');
});

it('[R622] hundreds of thousands of backticks, spaces and line ends leave an export as they came', () => {
  const ticks = '` '.repeat(MANY);
  expect(paperMarkdown('', paper({ type: 'codeBlock', content: [said(ticks)] }))).toContain(ticks);
  expect(paperMarkdown('', paper(paragraph(said(ticks, 'code'))))).toContain(ticks.trim());
  const lines = `а${'\n'.repeat(MANY)}б`;
  expect(paperMarkdown('', paper(paragraph(said(lines))))).toBe(`${lines}\n`);
  const spaces = `а${' '.repeat(MANY)}б`;
  expect(paperMarkdown('', paper(paragraph(said(spaces, 'bold'))))).toBe(`**${spaces}**\n`);
});
