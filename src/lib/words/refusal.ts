/** The sentences of a «no»: the catalogue's own, and those of the device's troubles. */
import { m } from '#lib/paraglide/messages.js';
import type { DeviceCode } from '#lib/replica/types.ts';
import { ADMIN, LEAD, REFUSALS, type RefusalCode } from '#shared/school/refusals.ts';
import { language } from './language.ts';

export interface Sentences {
  /** What happened and what is safe. */
  what: string;
  /** Who can change it, or what to do; may be empty. */
  who: string;
}

/** `ofClass` is false for what belongs to no class: no class teacher leads there. */
export function sentencesOf(code: RefusalCode | DeviceCode, ofClass = true): Sentences {
  switch (code) {
    case 'storage-full':
      return { what: m.trouble_storage_full(), who: m.trouble_storage_full_do() };
    case 'storage-failed':
      return { what: m.trouble_storage_failed(), who: m.trouble_storage_failed_do() };
    case 'no-lease':
      return { what: m.trouble_no_lease(), who: m.trouble_no_lease_do() };
    case 'not-here':
      return { what: m.trouble_not_here(), who: '' };
    default: {
      const { person, who } = REFUSALS[code];
      return { what: person[language()], who: (who === LEAD && !ofClass ? ADMIN : who)[language()] };
    }
  }
}
