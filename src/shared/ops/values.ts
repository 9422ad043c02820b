/** Small questions about JSON values that several policies ask. */
import type { Json } from './op.ts';

export type JsonObject = { [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether an object has all of `needed` and nothing beside `needed` and `optional`. */
export function hasOnly(
  value: JsonObject,
  needed: readonly string[],
  optional: readonly string[] = [],
): boolean {
  for (const key of needed) if (!Object.hasOwn(value, key)) return false;
  for (const key of Object.keys(value)) if (!needed.includes(key) && !optional.includes(key)) return false;
  return true;
}

/** A time of a clock: whole milliseconds since 1970 that a Date can hold. */
export function isTime(value: Json | undefined): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 8.64e15;
}

/** Whether anything in a text can be seen. */
export function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  // Most texts begin with something that is plainly seen: ASCII, or Cyrillic.
  if ((first > 0x20 && first < 0x7f) || (first >= 0x400 && first < 0x480)) return false;
  return !/[^\s\p{Cf}\p{Cc}\u115f\u1160\u3164\uffa0\u2800]/u.test(text);
}
