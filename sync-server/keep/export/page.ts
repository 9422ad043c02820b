/** Pages of an export: whole in themselves, in Russian, for any browser of the next decades. No scripts, no network. */

const STYLE = `
body{max-width:46rem;margin:0 auto;padding:1.5rem 1rem 4rem;font:1rem/1.5 system-ui,sans-serif;color:#1d211f;background:#f7f5f0}
h1{font-size:1.5rem}h2{font-size:1rem;color:#555;text-align:center;margin:2rem 0 .5rem}a{color:#0b6b4f}
article{background:#fff;border-radius:.75rem;padding:.5rem .75rem;margin:.5rem 0;overflow-wrap:anywhere}
header{display:flex;gap:.5rem;justify-content:space-between;font-size:.85rem;color:#555}header b{color:#1d211f}
.text{white-space:pre-wrap;margin:.25rem 0}.quote{border-left:3px solid #9bb;padding-left:.5rem;color:#555;font-size:.9rem}
.quiet{color:#555;font-size:.85rem}table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.25rem .5rem;text-align:left}
pre{background:#eee;padding:.75rem;overflow:auto}blockquote{border-left:3px solid #9bb;margin-left:0;padding-left:1rem}
@media(prefers-color-scheme:dark){body{background:#171a18;color:#eee}article{background:#222725}header b{color:#eee}
header,h2,.quote,.quiet{color:#aaa}a{color:#7cd3b4}pre{background:#222725}}`;

/** Makes any text harmless in HTML, in an element and in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A whole page. `body` is HTML whose texts went through `escapeHtml`. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="ru">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
${body}
</html>
`;
}

const DAY = new Intl.DateTimeFormat('ru-RU', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  weekday: 'long',
});
const MOMENT = new Intl.DateTimeFormat('ru-RU', { dateStyle: 'short', timeStyle: 'short' });
const CLOCK = new Intl.DateTimeFormat('ru-RU', { timeStyle: 'short' });

export const dayOf = (at: number): string => DAY.format(at);
export const momentOf = (at: number): string => MOMENT.format(at);
export const clockOf = (at: number): string => CLOCK.format(at);

/** `<time>` with the exact moment inside. */
export function timeTag(at: number, words: string): string {
  return `<time datetime="${new Date(at).toISOString()}">${escapeHtml(words)}</time>`;
}
