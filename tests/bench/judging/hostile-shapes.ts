// Updates that nobody's device would send, each as large as the cap allows: lies about counts, and true updates built to
// make every step of taking them as dear as it can be. Written byte by byte: Yjs itself would not write most of them.

import * as encoding from 'lib0/encoding';
import { LIMITS } from '#shared/school/limits.ts';

export interface Shape {
  readonly name: string;
  /** The update; `sizeCap` is what it may not exceed. */
  make(sizeCap: number, target: Target): Uint8Array;
}

export interface Target {
  readonly lease: number;
  /** What the lease has written so far. */
  readonly clock: number;
  /** The writer of most of the document, with the clock behind its last struct. */
  readonly victim: number;
  readonly victimClock: number;
  /** Root name of a map of the document. */
  readonly map: string;
  /** Where a list goes on: behind a living character of the victim in a paper, at a root (wrongly) in a feed. */
  readonly list: Place;
  /** How many more characters of the victim follow there in the same text. */
  readonly lettersBehind: number;
}

type Encoder = encoding.Encoder;

export const SHAPES: readonly Shape[] = [
  shape('random bytes', (to, cap) => {
    for (let i = 0; i < cap - SLACK; i++) encoding.writeUint8(to, (i * 2_654_435_761) >>> 24);
  }),
  shape('2^31 writers', (to) => encoding.writeVarUint(to, 2 ** 31)),
  shape('33 million structs', (to, _cap, { lease, clock }) => header(to, 2 ** 25, lease, clock)),
  shape('the same writer twice', (to, _cap, { lease, clock, map }) => {
    encoding.writeVarUint(to, 2);
    for (let i = 0; i < 2; i++) {
      encoding.writeVarUint(to, 1);
      encoding.writeVarUint(to, lease);
      encoding.writeVarUint(to, clock);
      item(to, STRING, { root: map, key: 'a' }, () => encoding.writeVarString(to, 'x'));
    }
    noDeletes(to);
  }),
  shape('GC of 2^40', (to, _cap, { victim, victimClock }) => {
    header(to, 1, victim, victimClock);
    encoding.writeUint8(to, GC);
    encoding.writeVarUint(to, 2 ** 40);
    noDeletes(to);
  }),
  shape('skip of 2^40', (to, _cap, { lease, clock }) => {
    header(to, 1, lease, clock);
    encoding.writeUint8(to, SKIP);
    encoding.writeVarUint(to, 2 ** 40);
    noDeletes(to);
  }),
  shape('deleted content of 2^40', (to, _cap, { lease, clock, list }) => {
    header(to, 1, lease, clock);
    item(to, DELETED, list, () => encoding.writeVarUint(to, 2 ** 40));
    noDeletes(to);
  }),
  many('letters at one place', (to, { lease, clock, list }, n) => {
    if (n === 0) item(to, STRING, list, () => encoding.writeVarString(to, 'x'));
    else item(to, STRING, { origin: [lease, clock + n - 1] }, () => encoding.writeVarString(to, 'x'));
  }),
  many('a conflict of all with all in a list', (to, { list }) => {
    item(to, STRING, list, () => encoding.writeVarString(to, 'x'));
  }),
  many(
    'a conflict of all with all between different neighbours',
    (to, { list, victim, lettersBehind }, n) => {
      const clock = (list.origin?.[1] ?? 0) + 1 + (n % Math.max(1, lettersBehind));
      item(to, STRING, { ...list, rightOrigin: [victim, clock] }, () => encoding.writeVarString(to, 'x'));
    },
  ),
  many('one key, each left of an earlier one', (to, { lease, clock, map }, n) => {
    const at: Place = n === 0 ? { root: map, key: 'k' } : { rightOrigin: [lease, clock + ((n * 7_919) % n)] };
    item(to, ANY, at, () => anyNumber(to));
  }),
  many('a conflict of all with all under one key', (to, { map }) => {
    item(to, ANY, { root: map, key: 'k' }, () => anyNumber(to));
  }),
  many('one key set again and again', (to, { lease, clock, map }, n) => {
    if (n === 0) item(to, ANY, { root: map, key: 'k' }, () => anyNumber(to));
    else item(to, ANY, { origin: [lease, clock + n - 1] }, () => anyNumber(to));
  }),
  many('one key each', (to, { map }, n) => {
    item(to, ANY, { root: map, key: n.toString(36) }, () => anyNumber(to));
  }),
  many('types in types', (to, { lease, clock, list }, n) => {
    item(to, TYPE, n === 0 ? list : { parent: [lease, clock + n - 1] }, () => {
      encoding.writeVarUint(to, XML_ELEMENT);
      encoding.writeVarString(to, 'paragraph');
    });
  }),
  many('marks on nothing', (to, { lease, clock, list }, n) => {
    item(to, FORMAT, n === 0 ? list : { origin: [lease, clock + n - 1] }, () => {
      encoding.writeVarString(to, 'bold');
      encoding.writeVarString(to, n % 2 === 0 ? '{}' : 'null');
    });
  }),
  many('subdocuments', (to, { map }, n) => {
    item(to, DOC, { root: map, key: n.toString(36) }, () => {
      encoding.writeVarString(to, 'd');
      encoding.writeAny(to, {});
    });
  }),
  many('waiting for what the victim has not sent', (to, { victim, victimClock }) => {
    item(to, STRING, { origin: [victim, victimClock + 5] }, () => encoding.writeVarString(to, 'x'));
  }),
  many('hung between two of the victim', (to, { victim, victimClock }, n) => {
    const at = n % Math.max(1, victimClock - 1);
    item(to, STRING, { origin: [victim, at], rightOrigin: [victim, at + 1] }, () =>
      encoding.writeVarString(to, 'x'),
    );
  }),
  many('roots of their own', (to, _target, n) => {
    item(to, STRING, { root: `r${n.toString(36)}` }, () => encoding.writeVarString(to, 'x'));
  }),
  shape('arrays in arrays', (to, cap, { lease, clock, map }) => {
    header(to, 1, lease, clock);
    item(to, ANY, { root: map, key: 'k' }, () => {
      encoding.writeVarUint(to, 1);
      const depth = cap >> 2;
      for (let i = 0; i < depth; i++) {
        encoding.writeUint8(to, ANY_ARRAY);
        encoding.writeVarUint(to, 1);
      }
      encoding.writeUint8(to, ANY_NULL);
    });
    noDeletes(to);
  }),
  shape('one value of many nulls', (to, cap, { lease, clock, map }) => {
    header(to, 1, lease, clock);
    item(to, ANY, { root: map, key: 'k' }, () => {
      const count = cap - SLACK;
      encoding.writeVarUint(to, 1);
      encoding.writeUint8(to, ANY_ARRAY);
      encoding.writeVarUint(to, count);
      for (let i = 0; i < count; i++) encoding.writeUint8(to, ANY_NULL);
    });
    noDeletes(to);
  }),
  shape('many values of nothing', (to, cap, { lease, clock, list }) => {
    header(to, 1, lease, clock);
    item(to, ANY, list, () => {
      const count = cap - SLACK;
      encoding.writeVarUint(to, count);
      for (let i = 0; i < count; i++) encoding.writeUint8(to, ANY_NULL);
    });
    noDeletes(to);
  }),
  shape('JSON text, deep', (to, cap, { lease, clock, map }) => {
    const depth = cap >> 2;
    header(to, 1, lease, clock);
    item(to, JSON_TEXT, { root: map, key: 'k' }, () => {
      encoding.writeVarUint(to, 1);
      encoding.writeVarString(to, `${'['.repeat(depth)}${']'.repeat(depth)}`);
    });
    noDeletes(to);
  }),
  shape('one long text', (to, cap, { lease, clock, list }) => {
    header(to, 1, lease, clock);
    item(to, STRING, list, () => encoding.writeVarString(to, 'ж'.repeat((cap - SLACK) >> 1)));
    noDeletes(to);
  }),
  shape('one long key', (to, cap, { lease, clock, map }) => {
    header(to, 1, lease, clock);
    item(to, ANY, { root: map, key: 'k'.repeat(cap - SLACK) }, () => anyNumber(to));
    noDeletes(to);
  }),
  shape('deleting every second thing of the victim', (to, cap, { victim, victimClock }) => {
    deletes(to, cap, victim, (i) => (i * 2 < victimClock ? [i * 2, 1] : undefined));
  }),
  shape('deleting all of the victim at once', (to, cap, { victim, victimClock }) => {
    deletes(to, cap, victim, (i) => (i === 0 ? [0, victimClock] : undefined));
  }),
  shape('deleting 2^40', (to, cap, { victim }) => {
    deletes(to, cap, victim, (i) => (i === 0 ? [0, 2 ** 40] : undefined));
  }),
  shape('deleting the same thing again and again', (to, cap, { victim }) => {
    deletes(to, cap, victim, () => [0, 1]);
  }),
  shape('deleting backwards', (to, cap, { victim }) => {
    deletes(to, cap, victim, (i) => [cap - i, 1]);
  }),
];

const GC = 0;
const DELETED = 1;
const JSON_TEXT = 2;
const STRING = 4;
const FORMAT = 6;
const TYPE = 7;
const ANY = 8;
const DOC = 9;
const SKIP = 10;
const XML_ELEMENT = 3;
const ANY_NULL = 126;
const ANY_ARRAY = 117;
const HAS_ORIGIN = 0x80;
const HAS_RIGHT_ORIGIN = 0x40;
const HAS_KEY = 0x20;
/** Room for a header and an empty delete set. */
const SLACK = 64;

interface Place {
  readonly root?: string;
  readonly key?: string;
  readonly parent?: readonly [client: number, clock: number];
  readonly origin?: readonly [client: number, clock: number];
  readonly rightOrigin?: readonly [client: number, clock: number];
}

function shape(name: string, write: (to: Encoder, cap: number, target: Target) => void): Shape {
  return {
    name,
    make(sizeCap, target) {
      const to = encoding.createEncoder();
      write(to, sizeCap, target);
      return encoding.toUint8Array(to);
    },
  };
}

/** As many structs of one kind as fit and as are let in: one more would be refused at a glance. */
function many(name: string, write: (to: Encoder, target: Target, n: number) => void): Shape {
  return shape(name, (to, cap, target) => {
    const body = encoding.createEncoder();
    let count = 0;
    for (; count < LIMITS.structsMax && encoding.length(body) < cap - 2 * SLACK; count++)
      write(body, target, count);
    header(to, count, target.lease, target.clock);
    encoding.writeUint8Array(to, encoding.toUint8Array(body));
    noDeletes(to);
  });
}

function header(to: Encoder, structs: number, client: number, clock = 0): void {
  encoding.writeVarUint(to, 1);
  encoding.writeVarUint(to, structs);
  encoding.writeVarUint(to, client);
  encoding.writeVarUint(to, clock);
}

function item(to: Encoder, content: number, at: Place, writeContent: () => void): void {
  const flags =
    (at.origin ? HAS_ORIGIN : 0) |
    (at.rightOrigin ? HAS_RIGHT_ORIGIN : 0) |
    (at.key === undefined ? 0 : HAS_KEY);
  encoding.writeUint8(to, content | flags);
  for (const id of [at.origin, at.rightOrigin]) if (id) writeId(to, id);
  if (!at.origin && !at.rightOrigin) {
    encoding.writeVarUint(to, at.parent ? 0 : 1);
    if (at.parent) writeId(to, at.parent);
    else encoding.writeVarString(to, at.root ?? '');
    if (at.key !== undefined) encoding.writeVarString(to, at.key);
  }
  writeContent();
}

function writeId(to: Encoder, [client, clock]: readonly [client: number, clock: number]): void {
  encoding.writeVarUint(to, client);
  encoding.writeVarUint(to, clock);
}

function anyNumber(to: Encoder): void {
  encoding.writeVarUint(to, 1);
  encoding.writeAny(to, 7);
}

function noDeletes(to: Encoder): void {
  encoding.writeVarUint(to, 0);
}

type Range = readonly [clock: number, length: number];

/** A delete set of one client, as many ranges as fit and as are let in. */
function deletes(to: Encoder, cap: number, client: number, range: (i: number) => Range | undefined): void {
  const ranges = encoding.createEncoder();
  let count = 0;
  for (; count < LIMITS.deleteRangesMax && encoding.length(ranges) < cap - SLACK; count++) {
    const next = range(count);
    if (!next) break;
    encoding.writeVarUint(ranges, next[0]);
    encoding.writeVarUint(ranges, next[1]);
  }
  encoding.writeVarUint(to, 0);
  encoding.writeVarUint(to, 1);
  encoding.writeVarUint(to, client);
  encoding.writeVarUint(to, count);
  encoding.writeUint8Array(to, encoding.toUint8Array(ranges));
}
