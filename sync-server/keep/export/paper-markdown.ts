/** A paper as Markdown (CommonMark with the tables, tasks and strikes of GitHub). */
import { hrefFits } from '#shared/papers/content.ts';
import type { PaperNode } from './paper-json.ts';

const MARKS: Record<string, [open: string, close: string]> = {
  bold: ['**', '**'],
  italic: ['*', '*'],
  strike: ['~~', '~~'],
  underline: ['<u>', '</u>'],
};

/** The whole paper with its title as the first heading. */
export function paperMarkdown(title: string, paper: PaperNode): string {
  const head = title ? `# ${escapeText(title)}\n\n` : '';
  return `${head}${blocks(paper.content ?? [])}\n`;
}

function blocks(nodes: readonly PaperNode[]): string {
  return nodes.map(block).join('\n\n');
}

function block(node: PaperNode): string {
  const { attrs = {}, content = [] } = node;
  switch (node.type) {
    case 'heading':
      return `${'#'.repeat(Math.min(6, Math.max(1, Number(attrs.level) || 1)))} ${line(content)}`;
    case 'bulletList':
      return items(content, () => '- ');
    case 'orderedList':
      return items(content, (_, i) => `${(Number(attrs.start ?? 1) || 1) + i}. `);
    case 'taskList':
      return items(content, (item) => (item.attrs?.checked === true ? '- [x] ' : '- [ ] '));
    case 'blockquote':
      return prefixed(blocks(content), '> ', '> ');
    case 'codeBlock':
      return fenced(plain(node), String(attrs.language ?? ''));
    case 'horizontalRule':
      return '---';
    case 'table':
      return table(node);
    case 'text':
    case 'hardBreak':
      return line([node]);
    default:
      // A paragraph, or a block that this program does not know: its words stay.
      return content.every(isInline) ? line(content) : blocks(content);
  }
}

function isInline(node: PaperNode): boolean {
  return node.type === 'text' || node.type === 'hardBreak';
}

function items(nodes: readonly PaperNode[], sign: (item: PaperNode, i: number) => string): string {
  return nodes
    .map((item, i) => {
      const mark = sign(item, i);
      return prefixed(blocks(item.content ?? []), mark, ' '.repeat(mark.startsWith('- [') ? 2 : mark.length));
    })
    .join('\n');
}

function prefixed(text: string, first: string, rest: string): string {
  return text
    .split('\n')
    .map((row, i) => (i === 0 ? first + row : row === '' && rest.trim() === '' ? '' : rest + row))
    .join('\n');
}

function fenced(code: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, longestTicks(code) + 1));
  return `${fence}${/^[\w+#.-]*$/.test(language) && language !== 'null' ? language : ''}\n${code}\n${fence}`;
}

function table(node: PaperNode): string {
  const rows = (node.content ?? []).map((row) => (row.content ?? []).map((cell) => cellText(cell)));
  const width = Math.max(1, ...rows.map((row) => row.length));
  const draw = (row: readonly string[]) =>
    `| ${Array.from({ length: width }, (_, i) => row[i] ?? '').join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [draw(head), draw(Array.from({ length: width }, () => '---')), ...body.map(draw)].join('\n');
}

function cellText(cell: PaperNode): string {
  return blocks(cell.content ?? [])
    .replace(/\\?\n+/g, '<br>')
    .replaceAll('|', '\\|');
}

function line(nodes: readonly PaperNode[]): string {
  return nodes.map((node) => (node.type === 'hardBreak' ? '\\\n' : inline(node))).join('');
}

function inline(node: PaperNode): string {
  const text = node.text ?? plain(node);
  const marks = node.marks ?? [];
  // Markdown closes no emphasis before a space: the spaces go outside.
  const words = text.trim();
  if (words === '') return text;
  const start = text.length - text.trimStart().length;
  const before = text.slice(0, start);
  const after = text.slice(start + words.length);
  const isCode = marks.some((mark) => mark.type === 'code');
  const inner = marks.reduce(marked, isCode ? codeSpan(words) : escapeText(words));
  return before + inner + after;
}

function marked(text: string, mark: { type: string; attrs?: Record<string, unknown> }): string {
  if (mark.type === 'link') {
    const href = String(mark.attrs?.href ?? '');
    return hrefFits(href) ? `[${text}](<${href.replace(/[<>\s]/g, encodeURIComponent)}>)` : text;
  }
  const signs = MARKS[mark.type];
  return signs ? signs[0] + text + signs[1] : text;
}

/** A blank line would end the span in its middle, and what follows could be HTML: a span stands on one line. */
function codeSpan(words: string): string {
  const text = words.replace(/\r\n|[\r\n]/g, ' ');
  const fence = '`'.repeat(longestTicks(text) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return fence + pad + text + pad + fence;
}

function longestTicks(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

/** Every sign that Markdown or HTML inside it would read as more than itself. */
function escapeText(text: string): string {
  return text
    .replace(/[\\`*_[\]<>~!]/g, '\\$&')
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(
      /^([^\S\r\n\u2028\u2029]*)([#+=-]|\d+[.)])/gm,
      (_, space: string, sign: string) => `${space}${sign.slice(0, -1)}\\${sign.slice(-1)}`,
    );
}

function plain(node: PaperNode): string {
  return (
    node.text ??
    (node.content ?? []).map((child) => (child.type === 'hardBreak' ? '\n' : plain(child))).join('')
  );
}
