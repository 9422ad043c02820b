/** Text as pieces to draw: plain, or a link that goes exactly where its letters say. */
export type Piece = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

const CANDIDATE = /(?:https?:\/\/|www\.)[^\s<>«»"]+/giu;
const TAIL = /[.,:;!?…'’)\]}]+$/u;
/** Letters that turn the direction of writing: they can make an address look like another. */
const TURNS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** `own`: the app's own origin, which needs no dot to be an address. */
export function pieces(text: string, own?: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = trimmed(match[0]);
    const href = addressOf(shown, own);
    if (!href) continue;
    if (match.index > from) found.push({ kind: 'text', text: text.slice(from, match.index) });
    found.push({ kind: 'link', text: shown, href });
    from = match.index + shown.length;
  }
  if (from < text.length) found.push({ kind: 'text', text: text.slice(from) });
  return found;
}

/** Punctuation after an address belongs to the sentence, but a bracket that the address opened stays. */
function trimmed(candidate: string): string {
  const tail = TAIL.exec(candidate)?.[0] ?? '';
  const shown = candidate.slice(0, candidate.length - tail.length);
  const open = shown.split('(').length - shown.split(')').length;
  return open > 0 && tail.startsWith(')') ? `${shown})` : shown;
}

/** The address, or undefined when it is none or hides where it goes (a name before @, turned letters). */
function addressOf(shown: string, own: string | undefined): string | undefined {
  if (TURNS.test(shown)) return undefined;
  const full = /^www\./i.test(shown) ? `https://${shown}` : shown;
  if (!URL.canParse(full)) return undefined;
  const url = new URL(full);
  if (url.username || url.password) return undefined;
  if (url.origin !== own && !url.hostname.includes('.')) return undefined;
  return url.href;
}
