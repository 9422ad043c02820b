import { getLocale } from '#lib/paraglide/runtime.js';
import type { Language } from './time.ts';

/** The language of the interface on this device. Changing it reloads the page, so reading it once is enough. */
export function language(): Language {
  return getLocale();
}
