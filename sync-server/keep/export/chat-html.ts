/** A chat as a page: days, messages, replies, reactions. */
import type { ExportedChat, ExportedMessage } from './chat.ts';
import { clockOf, dayOf, escapeHtml, momentOf, page, timeTag } from './page.ts';

/** Written at another time than it arrived: both are shown, as in the app. */
const APART_MS = 60_000;
const QUOTE_CHARS_MAX = 120;
/** Who was erased, or never had a name. */
export const NAMELESS = 'Имя удалено';

/** The whole page of a chat. */
export function chatPage(chat: ExportedChat): string {
  const byId = new Map(chat.messages.map((message) => [message.id, message]));
  let day = '';
  const parts = [`<p><a href="../index.html">Все чаты</a></p>`, `<h1>${escapeHtml(chat.title)}</h1>`];
  parts.push(
    `<p class="quiet">Сообщений: ${chat.messages.length}. Выгружено ${momentOf(Date.parse(chat.exportedAt))}.</p>`,
  );
  for (const message of chat.messages) {
    const today = dayOf(shownAt(message));
    if (today !== day) parts.push(`<h2>${escapeHtml(today)}</h2>`);
    day = today;
    parts.push(article(message, message.re === undefined ? undefined : (byId.get(message.re) ?? null)));
  }
  return page(chat.title, parts.join('\n'));
}

/** `answered`: null when what it answers was deleted. */
function article(message: ExportedMessage, answered: ExportedMessage | null | undefined): string {
  const at = shownAt(message);
  const written = Date.parse(message.writtenAt);
  const notes = [
    message.edits.length > 0 ? 'изменено' : '',
    message.pinned ? 'закреплено' : '',
    Math.abs(at - written) > APART_MS ? `написано ${momentOf(written)}` : '',
  ].filter(Boolean);
  const head = `<header><b>${escapeHtml(message.name ?? NAMELESS)}</b><span>${[...notes.map(escapeHtml), timeTag(at, clockOf(at))].join(' · ')}</span></header>`;
  return `<article id="m-${escapeHtml(message.id)}">${head}${quote(answered)}<p class="text">${escapeHtml(textOf(message))}</p>${paperLink(message)}${reactions(message)}</article>`;
}

function quote(answered: ExportedMessage | null | undefined): string {
  if (answered === undefined) return '';
  if (answered === null) return '<p class="quote">Сообщение удалено</p>';
  const words = textOf(answered);
  const short = words.length > QUOTE_CHARS_MAX ? `${words.slice(0, QUOTE_CHARS_MAX)}…` : words;
  return `<p class="quote"><a href="#m-${escapeHtml(answered.id)}">${escapeHtml(answered.name ?? NAMELESS)}</a>: ${escapeHtml(short)}</p>`;
}

function paperLink({ paper }: ExportedMessage): string {
  if (!paper) return '';
  return `<p><a href="../papers/${encodeURIComponent(paper.id)}.html">Документ: ${escapeHtml(paper.title || 'без названия')}</a></p>`;
}

function reactions({ reactions: given }: ExportedMessage): string {
  if (given.length === 0) return '';
  const byEmoji = Map.groupBy(given, (reaction) => reaction.emoji);
  const words = [...byEmoji].map(
    ([emoji, of]) => `${escapeHtml(emoji)} ${escapeHtml(of.map(({ name }) => name ?? NAMELESS).join(', '))}`,
  );
  return `<p class="quiet">${words.join(' · ')}</p>`;
}

function textOf(message: ExportedMessage): string {
  return message.edits.at(-1)?.text ?? message.text;
}

function shownAt(message: ExportedMessage): number {
  const at = Date.parse(message.arrivedAt ?? message.writtenAt);
  return Number.isNaN(at) ? 0 : at;
}
