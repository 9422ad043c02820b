/**
 * Reads numbers, strings and JSON values out of untrusted bytes. The first fault sticks: from then on every read
 * answers zero or nothing, so that loops end by themselves and one check at the end is enough.
 */
import { Buffer } from 'node:buffer';
import type { Json } from '#shared/ops/op.ts';
import type { JudgeCode } from './verdict.ts';

export interface Fault {
  code: JudgeCode;
  says: string;
}

export interface JsonBounds {
  jsonDepthMax: number;
  jsonNodesMax: number;
}

const FATAL = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const REPLACEMENT = '\ufffd';

export class Reader {
  fault: Fault | undefined;
  #pos = 0;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #bounds: JsonBounds;
  #nodes = 0;
  #buffer: Buffer | undefined;

  constructor(bytes: Uint8Array, bounds: JsonBounds) {
    this.#bytes = bytes;
    this.#end = bytes.length;
    this.#bounds = bounds;
  }

  get rest(): number {
    return this.#end - this.#pos;
  }

  fail(says: string, code: JudgeCode = 'malformed'): void {
    this.fault ??= { code, says };
    this.#pos = this.#end;
  }

  byte(): number {
    if (this.#pos >= this.#end) {
      this.fail('bytes end too early');
      return 0;
    }
    return this.#bytes[this.#pos++] as number;
  }

  /**
   * A varUint in its shortest form. Longer forms mean the same to Yjs, but no honest encoder writes them, and then
   * one intent would have many digests.
   */
  uint(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let unit = 0x80; ; unit *= 0x80) {
      const next = this.byte();
      value += (next & 0x7f) * unit;
      if (value > Number.MAX_SAFE_INTEGER) break;
      if (next >= 0x80) continue;
      if (next === 0) break;
      return value;
    }
    this.fail('number is too large or not in its shortest form');
    return 0;
  }

  /** How many of something follow, when each takes at least `size` bytes: never more than could be there. */
  count(size: number): number {
    const value = this.uint();
    if (value * size <= this.rest) return value;
    this.fail('count exceeds the bytes');
    return 0;
  }

  text(): string {
    const length = this.uint();
    if (length > this.rest) {
      this.fail('string exceeds the bytes');
      return '';
    }
    const from = this.#pos;
    this.#pos += length;
    if (length < 3) {
      const short = shortText(this.#bytes, from, length);
      if (short !== undefined) return short;
    }
    if (length <= WORD_BYTES_MAX) {
      const word = wordIn(this.#bytes, from, length);
      if (word !== undefined) return word;
    }
    this.#buffer ??= Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#end);
    const text = this.#buffer.toString('utf8', from, from + length);
    if (!text.includes(REPLACEMENT) || isUtf8(this.#bytes.subarray(from, from + length))) return text;
    this.fail('string is not UTF-8');
    return '';
  }

  /** A value of lib0's `any` encoding that is plain JSON. */
  json(): Json {
    this.#nodes = 0;
    return this.#json(1);
  }

  #json(depth: number): Json {
    if (++this.#nodes > this.#bounds.jsonNodesMax) this.fail('value has too many parts', 'too-long');
    if (depth > this.#bounds.jsonDepthMax) this.fail('value is too deep', 'too-long');
    if (this.fault) return null;
    switch (this.byte()) {
      case 126:
        return null;
      case 125:
        return this.#integer();
      case 124:
        return this.#float(4);
      case 123:
        return this.#float(8);
      case 121:
        return false;
      case 120:
        return true;
      case 119:
        return this.text();
      case 118:
        return this.#object(depth);
      case 117:
        return this.#array(depth);
      default:
        this.fail('value is not JSON', 'bad-value');
        return null;
    }
  }

  /** JSON written as text, as marks carry it. */
  jsonText(): Json {
    const text = this.text();
    let depth = 0;
    let deepest = 0;
    let nodes = 1;
    for (let at = 0; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (char === OPEN_BRACKET || char === OPEN_BRACE) deepest = Math.max(deepest, ++depth);
      else if (char === CLOSE_BRACKET || char === CLOSE_BRACE) depth--;
      else if (char === COMMA) nodes++;
    }
    if (deepest > this.#bounds.jsonDepthMax) this.fail('value is too deep', 'too-long');
    if (nodes > this.#bounds.jsonNodesMax) this.fail('value has too many parts', 'too-long');
    if (this.fault) return null;
    try {
      return JSON.parse(text) as Json;
    } catch {
      this.fail('mark is not JSON');
      return null;
    }
  }

  #integer(): number {
    const first = this.byte();
    let value = first & 0x3f;
    if (first >= 0x80) {
      for (let unit = 0x40; ; unit *= 0x80) {
        const next = this.byte();
        value += (next & 0x7f) * unit;
        if (value > Number.MAX_SAFE_INTEGER || next === 0) {
          this.fail('number is too large or not in its shortest form');
          return 0;
        }
        if (next < 0x80) break;
      }
    }
    return first & 0x40 ? -value : value;
  }

  #float(size: 4 | 8): number {
    if (size > this.rest) {
      this.fail('bytes end too early');
      return 0;
    }
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#pos, size);
    this.#pos += size;
    const value = size === 4 ? view.getFloat32(0, false) : view.getFloat64(0, false);
    if (!Number.isFinite(value)) this.fail('number is not finite', 'bad-value');
    return value;
  }

  #object(depth: number): Json {
    const value: { [key: string]: Json } = {};
    for (let left = this.count(2); left > 0 && !this.fault; left--) {
      const key = this.text();
      // Yjs assigns keys one by one: this one would change the prototype, a second one would win silently.
      if (key === '__proto__' || Object.hasOwn(value, key))
        this.fail('value repeats a key or changes a prototype');
      else value[key] = this.#json(depth + 1);
    }
    return value;
  }

  #array(depth: number): Json {
    const value: Json[] = [];
    for (let left = this.count(1); left > 0 && !this.fault; left--) value.push(this.#json(depth + 1));
    return value;
  }
}

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;

/** One keystroke, most often: one ASCII or one Cyrillic letter. */
function shortText(bytes: Uint8Array, from: number, length: number): string | undefined {
  if (length === 0) return '';
  const first = bytes[from] as number;
  if (length === 1) return first < 0x80 ? String.fromCharCode(first) : undefined;
  const second = bytes[from + 1] as number;
  if (first < 0x80) return second < 0x80 ? String.fromCharCode(first, second) : undefined;
  if (first < 0xc2 || first > 0xdf || second >> 6 !== 2) return undefined;
  return String.fromCharCode(((first & 0x1f) << 6) | (second & 0x3f));
}

/** Short ASCII words come again and again (roots, keys, people): those that were read lately are not made anew. */
const WORD_BYTES_MAX = 16;
const WORDS = 1024;
const words = new Array<string>(WORDS).fill('');

function wordIn(bytes: Uint8Array, from: number, length: number): string | undefined {
  let hash = length;
  for (let at = from; at < from + length; at++) {
    const byte = bytes[at] as number;
    if (byte >= 0x80) return undefined;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  const slot = (hash ^ (hash >>> 10)) & (WORDS - 1);
  const known = words[slot] as string;
  if (isWord(known, bytes, from, length)) return known;
  let word = '';
  for (let at = from; at < from + length; at++) word += String.fromCharCode(bytes[at] as number);
  words[slot] = word;
  return word;
}

function isWord(word: string, bytes: Uint8Array, from: number, length: number): boolean {
  if (word.length !== length) return false;
  for (let i = 0; i < length; i++) if (word.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    FATAL.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
