import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import * as Automerge from '@automerge/automerge';
import { expect, test } from 'vitest';
import { actorOf } from '#shared/registry/change.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { attempt, bent, type Draft, honestPush, text } from './attacks.fixture.ts';
import { CHUNK_LIMITS, readChunk } from './chunk.ts';
import { deviceOf, ELENA, IGOR, openSmallSchool } from './school.fixture.ts';

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
