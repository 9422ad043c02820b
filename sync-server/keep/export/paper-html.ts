/** A paper as a page. What this program does not know is shown as the text that it holds: nothing is left out. */
import { hrefFits } from '#shared/papers/content.ts';
import { escapeHtml, page } from './page.ts';
import type { PaperNode } from './paper-json.ts';

const BLOCKS: Record<string, string> = {
  paragraph: 'p',
  bulletList: 'ul',
  listItem: 'li',
  taskList: 'ul',
  blockquote: 'blockquote',
  table: 'table',
  tableRow: 'tr',
};
const MARKS: Record<string, string> = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strike: 's',
  code: 'code',
};

/** The whole page of a paper. */
export function paperPage(title: string, paper: PaperNode): string {
  const name = title || 'Документ без названия';
  return page(
    name,
    `<p><a href="../index.html">Все чаты</a></p>\n<h1>${escapeHtml(name)}</h1>\n${inside(paper)}`,
  );
}

function inside(node: PaperNode): string {
  return (node.content ?? []).map(draw).join('');
}

function draw(node: PaperNode): string {
  const { attrs = {} } = node;
  switch (node.type) {
    case 'text':
      return (node.marks ?? []).reduce(marked, escapeHtml(node.text ?? ''));
    case 'heading': {
      const level = Math.min(6, Math.max(1, Number(attrs.level) || 1)) + 1;
      const tag = `h${Math.min(level, 6)}`;
      return `<${tag}>${inside(node)}</${tag}>\n`;
    }
    case 'orderedList':
      return `<ol start="${Number(attrs.start ?? 1) || 1}">${inside(node)}</ol>\n`;
    case 'taskItem':
      return `<li><input type="checkbox" disabled${attrs.checked === true ? ' checked' : ''}> ${inside(node)}</li>\n`;
    case 'codeBlock':
      return `<pre><code>${inside(node)}</code></pre>\n`;
    case 'horizontalRule':
      return '<hr>\n';
    case 'hardBreak':
      return '<br>';
    case 'tableCell':
    case 'tableHeader':
      return cell(node);
    default: {
      const tag = BLOCKS[node.type] ?? 'div';
      return `<${tag}>${inside(node)}</${tag}>\n`;
    }
  }
}

function cell(node: PaperNode): string {
  const tag = node.type === 'tableHeader' ? 'th' : 'td';
  const span = (name: string) => {
    const count = Number(node.attrs?.[name] ?? 1);
    return count > 1 ? ` ${name}="${count}"` : '';
  };
  return `<${tag}${span('colspan')}${span('rowspan')}>${inside(node)}</${tag}>`;
}

function marked(html: string, mark: { type: string; attrs?: Record<string, unknown> }): string {
  if (mark.type === 'link') {
    const href = String(mark.attrs?.href ?? '');
    return hrefFits(href) ? `<a href="${escapeHtml(href)}" rel="noreferrer">${html}</a>` : html;
  }
  const tag = MARKS[mark.type];
  return tag ? `<${tag}>${html}</${tag}>` : html;
}
