/** Bends a change of the registry: its head, its operations, or, with a checksum that fits again, its bytes. */
import { createHash } from 'node:crypto';
import * as Automerge from '@automerge/automerge';
import { actorOf } from '#shared/registry/change.ts';
import type { Random } from '../random.ts';
import { type Ground, HANDS, IDS, TEXTS, WHO } from './corpus.ts';

type Change = Automerge.DecodedChange;
// biome-ignore lint/suspicious/noExplicitAny: an operation of any shape
type Op = Record<string, any>;

/** The change itself now and then: what is honest has to go through. */
export function mutate(honest: Uint8Array, other: Uint8Array, ground: Ground, random: Random): Uint8Array {
  if (random.chance(0.3)) return honest;
  if (random.chance(0.15)) return bentBytes(honest, random);
  const { hash: _hash, ...change } = Automerge.decodeChange(honest);
  const bend = change as Change;
  for (let left = 1 + random.below(2); left > 0; left--)
    if (random.chance(0.25)) bendHead(bend, ground, random);
    else bendOps(bend, Automerge.decodeChange(other), ground, random);
  try {
    return Automerge.encodeChange(bend);
  } catch {
    // The library does not make it: whoever wants to send it has to write bytes.
    return bentBytes(honest, random);
  }
}

function bendHead(change: Change, ground: Ground, random: Random): void {
  const actors = [...WHO.map((who) => actorOf(HANDS[who])), actorOf(77), 'ab'.repeat(16)];
  switch (random.below(5)) {
    case 0:
      change.actor = random.pick(actors);
      break;
    case 1:
      change.seq += random.pick([-1, 1, 2 ** 31]);
      break;
    case 2:
      change.startOp += random.pick([-1, 1, 1_000_000]);
      break;
    case 3:
      change.deps = random.pick([[], ['cd'.repeat(32)], [...change.deps, ...change.deps]]);
      break;
    default:
      change.time = random.pick([0, -1, 2 ** 45, Number.MAX_SAFE_INTEGER]);
  }
  if (random.chance(0.1)) change.message = random.pick(['', 'x'.repeat(ground.ops.length)]);
}

function bendOps(change: Change, other: Change, ground: Ground, random: Random): void {
  const ops = change.ops as unknown as Op[];
  const foreign = other.ops as unknown as Op[];
  const at = random.below(Math.max(1, ops.length));
  const op = ops[at];
  switch (random.below(9)) {
    case 0:
      ops.splice(at, 1);
      break;
    case 1:
      ops.push(structuredClone(random.pick(foreign)));
      break;
    case 2:
      if (op) ops.push(structuredClone(op));
      break;
    case 3:
      if (op) op.key = random.pick(IDS);
      break;
    case 4:
      if (op) op.obj = random.pick([...ground.objects, random.pick(ground.ops)]);
      break;
    case 5:
      if (op) setValue(op, random);
      break;
    case 6:
      if (op) op.action = random.pick(['set', 'del', 'makeMap', 'makeList', 'makeText', 'inc', 'link']);
      break;
    case 7:
      if (op)
        op.pred = random.pick([[], [random.pick(ground.ops)], [random.pick(ground.ops), ...(op.pred ?? [])]]);
      break;
    default:
      // On the key of another entry, as the one who wrote it last would.
      if (op)
        Object.assign(op, { ...structuredClone(random.pick(foreign)), obj: random.pick(ground.objects) });
  }
}

function setValue(op: Op, random: Random): void {
  op.value = random.pick<unknown>([...TEXTS, ...TEXTS, true, false, null, 0, -1, 1.5]);
  if (random.chance(0.1)) op.datatype = random.pick(['int', 'uint', 'counter', 'timestamp', 'float64']);
}

const HEAD_BYTES = 8;

/** Bytes changed, cut or put in, under a checksum of their own. */
function bentBytes(honest: Uint8Array, random: Random): Uint8Array {
  const bytes = [...honest];
  for (let left = 1 + random.below(3); left > 0; left--) {
    const at = HEAD_BYTES + random.below(Math.max(1, bytes.length - HEAD_BYTES));
    const byte = random.pick([random.below(256), 0, 127, 128, 255]);
    if (random.chance(0.7)) bytes[at] = byte;
    else if (random.chance(0.5)) bytes.splice(at, 1 + random.below(3));
    else bytes.splice(at, 0, byte);
  }
  const bent = Uint8Array.from(bytes);
  const sum = createHash('sha256').update(bent.subarray(HEAD_BYTES)).digest();
  if (random.chance(0.9) && bent.length > HEAD_BYTES) bent.set(sum.subarray(0, 4), 4);
  return bent;
}
