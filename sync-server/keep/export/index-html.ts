/** The first page of an export: every chat and paper, and what could not be read. */
import type { Registry } from '#shared/registry/shape.ts';
import type { ExportDone } from './export.ts';
import { escapeHtml, momentOf, page } from './page.ts';

export function indexPage(done: ExportDone, registry: Registry | undefined, at: string): string {
  const title = registry?.org.title ?? 'Школа';
  const byTitle = (a: { title: string }, b: { title: string }) => a.title.localeCompare(b.title, 'ru');
  const chats = done.chats
    .toSorted(byTitle)
    .map(({ id, title: of, messages }) => link(`chats/${id}.html`, of, `сообщений: ${messages}`));
  const papers = done.papers
    .toSorted(byTitle)
    .map(({ id, title: of }) => link(`papers/${id}.html`, of || 'Документ без названия', ''));
  const damaged = done.damaged.map(({ doc, why }) => `<li>${escapeHtml(doc)}: ${escapeHtml(why)}</li>`);
  return page(
    title,
    [
      `<h1>${escapeHtml(title)}</h1>`,
      `<p class="quiet">Выгружено ${momentOf(Date.parse(at))}. Рядом с каждой страницей лежит тот же чат или документ в JSON, документы также в Markdown; исходные байты Yjs и Automerge — в папке documents.</p>`,
      `<h2>Чаты</h2><ul>${chats.join('')}</ul>`,
      `<h2>Документы</h2><ul>${papers.join('')}</ul>`,
      damaged.length > 0 ? `<h2>Не удалось прочитать</h2><ul>${damaged.join('')}</ul>` : '',
    ].join('\n'),
  );
}

function link(path: string, title: string, note: string): string {
  const after = note ? ` <span class="quiet">${escapeHtml(note)}</span>` : '';
  return `<li><a href="${escapeHtml(encodeURI(path))}">${escapeHtml(title)}</a>${after}</li>`;
}
