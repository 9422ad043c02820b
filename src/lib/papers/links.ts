import { hrefFits } from '#shared/papers/content.ts';
import { LINK_SCHEMES } from '#shared/papers/shape.ts';

/** Whether an address may stand in a paper. */
export function isAllowedLink(href: string): boolean {
  try {
    return hrefFits(href) && (LINK_SCHEMES as readonly string[]).includes(new URL(href).protocol);
  } catch {
    return false;
  }
}

/** The address that a person meant: `school.ru` is a page, `a@school.ru` a letter; undefined when it is neither. */
export function linkOf(typed: string): string | undefined {
  const text = typed.trim();
  if (!text || /\s/.test(text)) return undefined;
  if (isAllowedLink(text)) return text;
  if (/^[^@/:]+@[^@/:]+\.[^@/:]+$/.test(text)) return `mailto:${text}`;
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text) || !text.includes('.')) return undefined;
  return isAllowedLink(`https://${text}`) ? `https://${text}` : undefined;
}
