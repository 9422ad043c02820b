import type * as Y from 'yjs';
import { type Block, DELETED, type DeleteRange, decode, GC, STRING, Struct } from './decode.ts';
import { Deletes } from './deletes.ts';
import { Effects } from './effects.ts';
import { cutsPair, Resolver } from './resolver.ts';
import type { DocShape } from './shape.ts';
import type { Examined, Hand, Refused } from './verdict.ts';

/**
 * Reads one V1 update against the relay's copy without changing it: either the whole of what it would do, or why it
 * is refused. Never throws. The document must have been made with `prepare`, and hold nothing pending.
 */
export function examine(doc: Y.Doc, shape: DocShape, bytes: Uint8Array, hand: Hand): Examined {
  const decoded = decode(bytes, shape.bounds);
  if (!decoded.ok) return decoded;
  const { blocks, deletes } = decoded;
  const lease = hand.lease ?? NOBODY;
  const resolver = new Resolver(doc, shape.bounds.depthMax, lease);
  const before = resolver.stateOf(lease);
  const own = hand.numbered ? ownBlock(blocks, lease, before) : newPart(blocks, lease, before, resolver);
  if (!Array.isArray(own)) return own;
  const effects = new Effects(lease);
  resolver.expect(before, own);
  for (const struct of own) {
    resolver.resolve(struct);
    if (resolver.fault) return { ok: false, ...resolver.fault };
    if (!effects.arrive(struct)) resolver.countChain(struct);
  }
  const killing = new Deletes(resolver, effects, deletes, shape.bounds.deletedStructsMax);
  if (deletes.length > 0) killing.run(lease, before, own);
  if (resolver.fault) return { ok: false, ...resolver.fault };
  const last = own.at(-1);
  return {
    ok: true,
    known: effects.ops.length === 0,
    deletesOnly: own.length === 0,
    ops: effects.ops,
    plan: {
      bytes,
      exact: hand.numbered || isAllNew(blocks, own, deletes),
      lease,
      fresh: own,
      before,
      after: last ? last.clock + last.length : before,
      deletes,
      doomed: killing.doomed,
    },
  };
}

/** Stands for the lease of one who has none: no client id can be it. */
const NOBODY = -1;

const refused = (code: Refused['code'], says: string): Refused => ({ ok: false, code, says });

/** A numbered intent holds what its lease wrote since its last one, and nothing of anybody else. */
function ownBlock(blocks: Block[], lease: number, before: number): Struct[] | Refused {
  const block = blocks[0];
  if (!block) return [];
  if (block.client !== lease || blocks.length > 1)
    return refused('foreign-lease', 'structs of another lease');
  if (block.start > before) return refused('missing-deps', 'earlier structs of the lease are missing');
  if (block.start < before) return refused('malformed', 'clock of the lease goes back');
  return block.structs;
}

/** A stock client also sends what is known, of anybody: only what its own lease adds counts. */
function newPart(blocks: Block[], lease: number, before: number, resolver: Resolver): Struct[] | Refused {
  let own: Struct[] = [];
  for (const block of blocks) {
    if (block.client !== lease) {
      if (block.end > resolver.stateOf(block.client))
        return refused('foreign-lease', 'new structs of another lease');
      continue;
    }
    if (block.start > before) return refused('missing-deps', 'earlier structs of the lease are missing');
    own = block.structs;
    if (block.start === before) continue;
    own = own.filter((struct) => struct.clock + struct.length > before);
    const first = own[0];
    if (!first || first.clock >= before) continue;
    if (first.ref === STRING && cutsPair(first, before))
      return refused('malformed', 'clock splits a character');
    own[0] = behind(first, before, lease);
  }
  return own;
}

function isAllNew(
  blocks: readonly Block[],
  own: readonly Struct[],
  deletes: readonly DeleteRange[],
): boolean {
  return blocks.length === 1 && blocks[0]?.structs === own && deletes.length === 0;
}

/** The rest of a struct whose beginning is known, as Yjs itself would have sent it. */
function behind(struct: Struct, clock: number, lease: number): Struct {
  const rest = new Struct(struct.ref, clock);
  rest.length = struct.clock + struct.length - clock;
  if (struct.ref === GC) return rest;
  rest.originClient = lease;
  rest.originClock = clock - 1;
  rest.rightClient = struct.rightClient;
  rest.rightClock = struct.rightClock;
  if (struct.ref !== DELETED) rest.text = struct.text.slice(clock - struct.clock);
  return rest;
}
