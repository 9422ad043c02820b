/** The values of a feed, field by field: what is wrong with one, or undefined. */
import type { Json } from '../ops/op.ts';
import { hasOnly, isBlank, isObject, isTime } from '../ops/values.ts';
import { LIMITS } from '../school/limits.ts';
import type { PaperEdit } from '../school/may.ts';
import type { RefusalCode } from '../school/refusals.ts';
import { leaseOfId } from './shape.ts';

export interface PaperFields {
  by: string;
  title: string;
  edit: PaperEdit;
}

const PAPER_EDITS: readonly Json[] = ['everyone', 'staff', 'owner'];

export function messageFault(value: Json, person: string | undefined): RefusalCode | undefined {
  if (!isObject(value) || !hasOnly(value, ['by', 'at', 'text'], ['re', 'paper'])) return 'bad-value';
  if (value.by !== person) return 'not-yours';
  if (!isTime(value.at) || typeof value.text !== 'string') return 'bad-value';
  if (value.text.length > LIMITS.messageCharsMax) return 'too-long';
  if (value.re !== undefined && !isId(value.re)) return 'bad-value';
  if (value.paper !== undefined && !isId(value.paper)) return 'bad-value';
  return value.paper === undefined && isBlank(value.text) ? 'bad-value' : undefined;
}

/** Only a message that shares a paper may be left without words. */
export function editFault(value: Json, message: Json): RefusalCode | undefined {
  if (!isObject(value) || !hasOnly(value, ['at', 'text'])) return 'bad-value';
  if (!isTime(value.at) || typeof value.text !== 'string') return 'bad-value';
  if (value.text.length > LIMITS.messageCharsMax) return 'too-long';
  return isBlank(value.text) && sharedPaper(message) === undefined ? 'bad-value' : undefined;
}

export function paperFault(value: Json): RefusalCode | undefined {
  if (!isObject(value) || !hasOnly(value, ['by', 'title', 'edit'])) return 'bad-value';
  if (typeof value.by !== 'string' || typeof value.title !== 'string' || isBlank(value.title))
    return 'bad-value';
  if (value.title.length > LIMITS.titleCharsMax) return 'too-long';
  return PAPER_EDITS.includes(value.edit as Json) ? undefined : 'bad-value';
}

export function authorOf(message: Json | undefined): string | undefined {
  return isObject(message) && typeof message.by === 'string' ? message.by : undefined;
}

export function sharedPaper(message: Json | undefined): string | undefined {
  return isObject(message) && typeof message.paper === 'string' ? message.paper : undefined;
}

const isId = (value: Json): boolean => typeof value === 'string' && leaseOfId(value) !== undefined;
