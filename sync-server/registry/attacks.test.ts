import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import * as Automerge from '@automerge/automerge';
import { expect, test } from 'vitest';
import { actorOf, type RegistryDoc, setRole } from '#shared/registry/change.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { CHUNK_LIMITS, readChunk } from './chunk.ts';
import { deviceOf, ELENA, IGOR, openSmallSchool } from './school.fixture.ts';

/** Elena is an administrator, so a refusal here is never about her role. */
function attempt(edit: (draft: Draft) => void, lease = ELENA) {
  const school = openSmallSchool();
  const before = school.save();
  const doc = Automerge.change(deviceOf(school, lease), { time: 1 }, (draft) => edit(draft as Draft));
  const verdict = school.judge(Automerge.getLastLocalChange(doc) ?? new Uint8Array(), 'elena', ELENA);
  expect(school.save()).toEqual(before);
  return verdict.ok ? 'ok' : verdict.code;
}
// biome-ignore lint/suspicious/noExplicitAny: an attacker's document has any shape
type Draft = Record<string, any>;
const text = (value: string) => new Automerge.ImmutableString(value);

/** A change that no honest library would make: decoded, bent, and encoded again. */
function bent(bend: (change: Automerge.DecodedChange, doc: RegistryDoc) => void) {
  const school = openSmallSchool();
  const doc = honest(school);
  const change = Automerge.decodeChange(Automerge.getLastLocalChange(doc) as Uint8Array);
  bend(change, doc);
  const { hash: _hash, ...rest } = change;
  const verdict = school.judge(Automerge.encodeChange(rest as Automerge.DecodedChange), 'elena', ELENA);
  return verdict.ok ? 'ok' : verdict.code;
}

function honest(school: ReturnType<typeof openSmallSchool>) {
  const changed = setRole(Automerge, deviceOf(school, ELENA), {
    person: 'anna',
    from: 'teacher',
    to: 'staff',
    at: 1,
  });
  if (!changed.ok) throw new Error(changed.code);
  return changed.doc;
}

/** A school, and a change that it would take. */
function honestPush() {
  const school = openSmallSchool();
  const bytes = Automerge.getLastLocalChange(honest(school)) as Uint8Array;
  const judge = (pushed: Uint8Array) => {
    const verdict = school.judge(pushed, 'elena', ELENA);
    if (verdict.ok) verdict.abandon();
    return verdict.ok ? 'ok' : verdict.code;
  };
  return { school, bytes, judge };
}

test('[R510] the bent change, not bent, is taken', () => {
  expect(bent(() => {})).toBe('ok');
});

test('[R510] a change under the actor of another lease is refused', () => {
  expect(
    attempt((draft) => {
      draft.members.anna.role = text('staff');
    }, IGOR),
  ).toBe('foreign-lease');
  expect(
    bent((change) => {
      change.actor = actorOf(IGOR);
    }),
  ).toBe('foreign-lease');
});

test('[R510] a number that does not follow, or operations that start elsewhere, are refused', () => {
  expect(
    bent((change) => {
      change.seq = 2;
    }),
  ).toBe('malformed');
  expect(
    bent((change) => {
      change.seq = 0;
    }),
  ).toBe('malformed');
  expect(
    bent((change) => {
      change.startOp += 1_000_000;
    }),
  ).toBe('malformed');
});

test('[R510] a message and a date beyond all clocks are refused', () => {
  expect(
    bent((change) => {
      change.message = 'Маша из 7А опять…';
    }),
  ).toBe('malformed');
  expect(
    bent((change) => {
      change.time = Number.MAX_SAFE_INTEGER;
    }),
  ).toBe('bad-value');
});

test('[R510] dependencies that the relay does not have, or only older ones', () => {
  expect(
    bent((change) => {
      change.deps = ['ab'.repeat(32)];
    }),
  ).toBe('missing-deps');
  expect(
    bent((change) => {
      change.deps = [];
    }),
  ).not.toBe('ok');
});

test('[R511] two changes in one push, trailing bytes and cut bytes are refused', () => {
  const { bytes, judge } = honestPush();
  expect(judge(bytes)).toBe('ok');
  expect(judge(new Uint8Array([...bytes, ...bytes]))).toBe('malformed');
  expect(judge(new Uint8Array([...bytes, 0]))).toBe('malformed');
  for (let cut = 0; cut < bytes.length; cut++) expect(judge(bytes.subarray(0, cut))).toBe('malformed');
});

test('[R511] bytes hidden behind the columns are refused', () => {
  const { bytes, judge } = honestPush();
  const body = bytes.subarray(bytes.length > 138 ? 11 : 10);
  expect(judge(chunk(1, body))).toBe('ok');
  expect(judge(chunk(1, new Uint8Array([...body, 7])))).toBe('malformed');
});

test('[R511] a saved document in the place of a change is refused', () => {
  const { school, judge } = honestPush();
  expect(judge(school.save())).toBe('malformed');
});

test('[R511] a flipped bit is refused wherever it is', () => {
  const { bytes, judge } = honestPush();
  for (let at = 0; at < bytes.length; at++)
    for (let bit = 0; bit < 8; bit++) expect(judge(flipped(bytes, at, bit))).not.toBe('ok');
  expect(judge(bytes)).toBe('ok');
});

test('[R511] whatever is taken, the registry can be saved and loaded again', () => {
  const { school, bytes } = honestPush();
  const headed = bytes.length > 138 ? 11 : 10;
  const saved = school.save();
  let taken = 0;
  for (let at = headed; at < bytes.length; at++)
    for (let bit = 0; bit < 8; bit++) {
      // The checksum is right again: what counts is what the change says.
      const variant = chunk(1, flipped(bytes, at, bit).subarray(headed));
      const verdict = school.judge(variant, 'elena', ELENA);
      if (!verdict.ok) continue;
      verdict.abandon();
      taken++;
      const [after] = Automerge.applyChanges(Automerge.load(saved), [variant]);
      expect(Automerge.getHeads(Automerge.load(Automerge.save(after)))).toEqual(Automerge.getHeads(after));
    }
  expect(taken).toBeGreaterThan(0);
  expect(school.save()).toEqual(saved);
});

test('[R511] another encoding of the same change is refused', () => {
  const { bytes, judge } = honestPush();
  const headed = bytes.length > 138 ? 11 : 10;
  const body = [...bytes.subarray(headed)];
  // Between the dependency and the actor stands the actor's length: 8, and here 8 in two bytes.
  expect(body[33]).toBe(8);
  expect(judge(chunk(1, new Uint8Array([...body.slice(0, 33), 0x88, 0, ...body.slice(34)])))).toBe(
    'malformed',
  );
});

test('[R511] a deflated change is refused before anything is inflated', () => {
  const body = deflateRawSync(new Uint8Array(64 * 1024 * 1024));
  expect(readChunk(chunk(2, body))).toEqual({ ok: false, says: 'not one plain change' });
});

test('[R511] a few bytes that claim a billion operations cost nothing', () => {
  const billion = [...sleb(1_000_000_000), 1];
  const bomb = change([
    [0x15, [...sleb(1_000_000_000), 1, 97]],
    [0x34, uleb(1_000_000_000)],
    [0x42, billion],
    [0x56, billion],
    [0x70, billion],
  ]);
  expect(readChunk(bomb)).toEqual({ ok: false, says: 'too many operations' });
  expect(honestPush().judge(bomb)).toBe('malformed');
});

test('[R511] one operation more than the limit is refused', () => {
  const bulk = (count: number) =>
    attempt((draft) => {
      for (let i = 0; i < count / 3; i++) draft.members[`p${i}`] = { role: text('student'), duties: {} };
    });
  expect(bulk(CHUNK_LIMITS.operations - 5)).toBe('ok');
  expect(bulk(CHUNK_LIMITS.operations + 3)).toBe('malformed');
});

test('[R511] a change over the size limit is refused', () => {
  const huge = attempt((draft) => {
    draft.org.title = text('х'.repeat(LIMITS.updateBytesMax / 2));
  });
  expect(huge).toBe('malformed');
  expect(honestPush().judge(new Uint8Array(LIMITS.updateBytesMax + 1))).toBe('malformed');
});

test('[R512] a value that stands beside another one is refused', () => {
  expect(
    bent((change) => {
      for (const op of change.ops) op.pred = [];
    }),
  ).toBe('bad-value');
});

test('[R512] nor is one that says the same as the one that it stands beside', () => {
  const school = openSmallSchool();
  const doc = Automerge.change(deviceOf(school, ELENA), { time: 1 }, (draft) => {
    (draft as Draft).members.anna.role = text('staff');
    (draft as Draft).chats['7a'].matrix.pin = text('leads');
  });
  const { hash: _hash, ...change } = Automerge.decodeChange(Automerge.getLastLocalChange(doc) as Uint8Array);
  const ops = change.ops.map((op) => (op.key === 'pin' ? { ...op, value: 'staff', pred: [] } : op));
  const bytes = Automerge.encodeChange({ ...change, ops } as Automerge.DecodedChange);
  expect(school.judge(bytes, 'elena', ELENA)).toEqual({ ok: false, code: 'bad-value' });
});

test('[R512] a map that stands in itself, or in one that is made later, is refused before the library follows it for ever', () => {
  const inside = (of: number) =>
    bent((change) => {
      const own = (n: number) => `${change.startOp + n}@${change.actor}`;
      change.ops.push({ action: 'makeMap', obj: own(of), key: 'duties', pred: [] } as never);
      change.ops.push({ action: 'makeMap', obj: own(1), key: 'duties', pred: [] } as never);
    });
  expect(inside(1)).toBe('bad-value');
  expect(inside(2)).toBe('bad-value');
});

test('[R512] a deletion of nothing is refused: with it the registry would be saved as one that does not load', () => {
  const gone = bent((change, doc) => {
    const chat = Automerge.getObjectId(doc.chats, '7a') as string;
    change.ops.push({ action: 'del', obj: chat, key: 'hidesHistory', pred: [] } as never);
  });
  expect(gone).toBe('bad-value');
});

test('[R512] an operation replaces what stands under its key, and nothing that stands elsewhere or nowhere', () => {
  const more = (pred: (doc: RegistryDoc) => string) =>
    bent((change, doc) => {
      for (const op of change.ops) op.pred = [...op.pred, pred(doc)];
    });
  expect(more(() => '1@ff')).toBe('bad-value');
  const duties = (doc: RegistryDoc) => (doc.members as Draft).anna.duties;
  expect(more((doc) => Automerge.getObjectId(duties(doc)) as string)).toBe('bad-value');
});

test('[R512] wrong types: text objects, counters, lists, numbers, bytes, dates', () => {
  expect(
    attempt((draft) => {
      draft.members.anna.role = 'admin';
    }),
  ).toBe('malformed');
  expect(
    attempt((draft) => {
      draft.members.anna.role = new Automerge.Counter(3);
    }),
  ).toBe('malformed');
  expect(
    attempt((draft) => {
      draft.members.anna.role = [text('admin')];
    }),
  ).toBe('malformed');
  expect(
    attempt((draft) => {
      draft.members.anna.role = 3;
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      draft.members.anna.role = new Uint8Array([1]);
    }),
  ).toBe('malformed');
  expect(
    attempt((draft) => {
      draft.members.anna.role = new Date(0);
    }),
  ).toBe('malformed');
  expect(
    attempt((draft) => {
      draft.members.anna.role = { role: text('admin') };
    }),
  ).toBe('bad-value');
});

test('[R512] unknown words, keys and tables are refused', () => {
  expect(
    attempt((draft) => {
      draft.members.anna.role = text('director');
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      draft.members.anna.phone = text('+7 900 000-00-00');
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      draft.chats['7a'].matrix.pin = text('me');
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      draft.secrets = { a: text('b') };
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      delete draft.members.anna.role;
    }),
  ).toBe('bad-value');
});

test('[R512] a whole table is neither replaced nor removed', () => {
  expect(
    attempt((draft) => {
      draft.members = { elena: { role: text('admin'), duties: {} } };
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      delete draft.chats;
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      draft.schema = 2;
    }),
  ).toBe('bad-value');
});

test('[R512] keys that JavaScript objects inherit are refused', () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'a/b', 'x'.repeat(41)])
    expect(
      bent((change) => {
        for (const op of change.ops) {
          op.key = key;
          op.pred = [];
        }
      }),
    ).not.toBe('ok');
  expect(({} as Draft).role).toBeUndefined();
});

test('[R512] an operation on an entry that is gone is refused', () => {
  const school = openSmallSchool();
  const doc = Automerge.change(deviceOf(school, ELENA), { time: 1 }, (draft) => {
    (draft as Draft).members.petya.role = text('parent');
    delete (draft as Draft).members.petya;
  });
  expect(school.judge(Automerge.getLastLocalChange(doc) as Uint8Array, 'elena', ELENA)).toEqual({
    ok: false,
    code: 'bad-value',
  });
});

test('[R512] a key is touched once by a change', () => {
  const twice = attempt((draft) => {
    draft.members.anna.role = text('admin');
    draft.members.anna.role = text('staff');
  });
  expect(twice).toBe('bad-value');
});

test('[R513] a change that changes nothing is refused', () => {
  const same = (change: Automerge.DecodedChange) => {
    for (const op of change.ops) op.value = 'teacher';
  };
  expect(bent(same)).toBe('bad-value');
});

test('[R513] a pupil belongs to one class, and a duty to a class that exists', () => {
  expect(
    attempt((draft) => {
      draft.members.masha.duties['7b'] = text('student');
    }),
  ).toBe('not-allowed');
  expect(
    attempt((draft) => {
      draft.members.masha.duties['9z'] = text('member');
    }),
  ).toBe('unknown-place');
  expect(
    attempt((draft) => {
      draft.chats.x = {
        title: text('X'),
        unit: text('9z'),
        audience: {},
        people: {},
        matrix: copyOf(draft.chats['7a'].matrix),
      };
    }),
  ).toBe('unknown-place');
});

test('[R513] a chat and a class are not deleted, and a school keeps its id', () => {
  expect(
    attempt((draft) => {
      delete draft.chats['7a'];
    }),
  ).toBe('not-allowed');
  expect(
    attempt((draft) => {
      delete draft.units['7a'];
    }),
  ).toBe('not-allowed');
  expect(
    attempt((draft) => {
      draft.org.id = text('other');
    }),
  ).toBe('not-allowed');
  expect(
    attempt((draft) => {
      draft.org.title = text('Гимназия № 7');
    }),
  ).toBe('ok');
});

test('[R513] one forbidden act refuses the whole change', () => {
  expect(
    attempt((draft) => {
      draft.members.anna.role = text('staff');
      delete draft.chats['7a'];
    }),
  ).toBe('not-allowed');
});

function copyOf(matrix: Draft): Draft {
  return Object.fromEntries(Object.keys(matrix).map((key) => [key, text(matrix[key].val)]));
}

/** A chunk by hand, its checksum right. */
function chunk(type: number, body: Uint8Array): Uint8Array {
  const rest = new Uint8Array([type, ...uleb(body.length), ...body]);
  const sum = createHash('sha256').update(rest).digest().subarray(0, 4);
  return new Uint8Array([0x85, 0x6f, 0x4a, 0x83, ...sum, ...rest]);
}

function change(columns: [number, number[]][]): Uint8Array {
  const actor = Buffer.from(actorOf(ELENA), 'hex');
  const head = [0, actor.length, ...actor, 1, 1, 0, 0, 0, columns.length];
  const metas = columns.flatMap(([column, bytes]) => [column, ...uleb(bytes.length)]);
  return chunk(1, new Uint8Array([...head, ...metas, ...columns.flatMap(([, bytes]) => bytes)]));
}

function uleb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function sleb(value: number): number[] {
  return [...uleb(value).map((byte, i, all) => (i === all.length - 1 ? byte | 128 : byte)), 0];
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

test('[R511] one long key for hundreds of operations is not written out for each', () => {
  const school = openSmallSchool();
  const doc = Automerge.change(deviceOf(school, ELENA), { time: 1 }, (draft) => {
    (draft as Draft).members.masha.duties['k'.repeat(60_000)] = text('student');
  });
  const { hash: _hash, ...change } = Automerge.decodeChange(Automerge.getLastLocalChange(doc) as Uint8Array);
  const ops = Array.from({ length: CHUNK_LIMITS.operations }, () => ({ ...change.ops[0] }));
  const bytes = Automerge.encodeChange({ ...change, ops } as Automerge.DecodedChange);
  expect(bytes.length).toBeLessThan(LIMITS.updateBytesMax);
  expect(readChunk(bytes)).toEqual({ ok: false, says: 'count exceeds a limit' });
});
