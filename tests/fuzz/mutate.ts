/** Takes a real update apart, changes a few things as an attacker would, and writes it again. */
import * as Y from 'yjs';
import {
  type At,
  type Crafted,
  craft,
  dead,
  gc,
  type Id,
  mark,
  nested,
  node,
  skip,
  struct,
  text,
  textRun,
  uint,
  values,
  type Write,
} from '../support/craft.ts';
import { AT } from '../support/scene.ts';
import { LEASES, WHO } from './corpus.ts';
import type { Random } from './random.ts';

interface Part {
  kind: 'gc' | 'skip' | 'dead' | 'text' | 'mark' | 'node' | 'run' | 'value' | 'nested' | 'odd';
  at: At;
  length: number;
  text: string;
  what: unknown;
}
interface Pieces {
  blocks: { client: number; clock: number; parts: Part[] }[];
  deletes: { client: number; clock: number; length: number }[];
}

/** What mutations aim at: keys, and how far each client has come. */
export interface Targets {
  keys: readonly string[];
  clocks: ReadonlyMap<number, number>;
}

export function mutate(bytes: Uint8Array, other: Uint8Array, targets: Targets, random: Random): Uint8Array {
  if (random.chance(0.05)) return bytes;
  if (random.chance(0.12)) return scramble(bytes, other, random);
  const pieces = takeApart(bytes);
  for (let left = 1 + random.below(4); left > 0; left--)
    random.pick(MUTATIONS)(pieces, targets, random, other);
  const written = putTogether(pieces, random);
  return random.chance(0.03) ? scramble(written, other, random) : written;
}

function scramble(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const copy = [...bytes];
  for (let left = 1 + random.below(3); left > 0; left--) {
    const at = random.below(copy.length + 1);
    switch (random.below(5)) {
      case 0:
        if (copy.length > 0) copy[at % copy.length] = random.below(256);
        break;
      case 1:
        copy.splice(at, random.below(4));
        break;
      case 2:
        copy.splice(at, 0, random.below(256));
        break;
      case 3:
        copy.splice(at, 0, 0xff, 0xff, 0xff, 0x7f);
        break;
      default:
        copy.splice(at, random.below(8), ...other.subarray(random.below(other.length + 1)).subarray(0, 12));
    }
  }
  return Uint8Array.from(copy);
}

function takeApart(bytes: Uint8Array): Pieces {
  const { structs, ds } = Y.decodeUpdate(bytes);
  const blocks: Pieces['blocks'] = [];
  for (const item of structs) {
    let block = blocks.at(-1);
    if (!block || block.client !== item.id.client) {
      block = { client: item.id.client, clock: item.id.clock, parts: [] };
      blocks.push(block);
    }
    block.parts.push(partOf(item));
  }
  const deletes = [...ds.clients].flatMap(([client, list]) =>
    list.map(({ clock, len }) => ({ client, clock, length: len })),
  );
  return { blocks, deletes };
}

function partOf(item: Y.AbstractStruct): Part {
  const part: Part = { kind: 'gc', at: {}, length: item.length, text: '', what: null };
  if (!(item instanceof Y.Item)) return part;
  if (item.origin) part.at.left = [item.origin.client, item.origin.clock];
  if (item.rightOrigin) part.at.right = [item.rightOrigin.client, item.rightOrigin.clock];
  const parent = item.parent as unknown;
  if (typeof parent === 'string') part.at.root = parent;
  else if (parent instanceof Y.ID) part.at.parent = [parent.client, parent.clock];
  if (item.parentSub !== null) part.at.sub = item.parentSub;
  const content = item.content;
  if (content instanceof Y.ContentDeleted) part.kind = 'dead';
  else if (content instanceof Y.ContentString) Object.assign(part, { kind: 'text', text: content.str });
  else if (content instanceof Y.ContentFormat)
    Object.assign(part, { kind: 'mark', text: content.key, what: content.value });
  else if (content instanceof Y.ContentAny) Object.assign(part, { kind: 'value', what: content.arr[0] });
  else if (content instanceof Y.ContentType) {
    const type = content.type;
    Object.assign(
      part,
      type instanceof Y.XmlElement ? { kind: 'node', text: type.nodeName } : { kind: 'run' },
    );
  }
  return part;
}

function putTogether({ blocks, deletes }: Pieces, random: Random): Uint8Array {
  const byClient = Map.groupBy(deletes, ({ client }) => client);
  const crafted: Crafted = {
    blocks: blocks.map(({ client, clock, parts }) => ({ client, clock, structs: parts.map(writeOf) })),
    deletes: [...byClient].map(([client, list]) => {
      // Most ranges are put in order again: a disordered list would hide what else is wrong.
      if (random.chance(0.95)) list.sort((a, b) => a.clock - b.clock);
      return [client, list.map(({ clock, length }): [number, number] => [clock, length])];
    }),
  };
  return craft(crafted);
}

function writeOf(part: Part): Write {
  const { at, length } = part;
  switch (part.kind) {
    case 'gc':
      return gc(length);
    case 'skip':
      return skip(length);
    case 'dead':
      return dead(length, at);
    case 'text':
      return text(part.text, at);
    case 'mark':
      return mark(part.text, part.what, at);
    case 'node':
      return node(part.text, at);
    case 'run':
      return textRun(at);
    case 'nested':
      return nested(length % 7, at);
    case 'odd':
      return struct(length % 32, at, uint(length));
    default:
      return values([part.what], at);
  }
}

type Mutation = (pieces: Pieces, targets: Targets, random: Random, other: Uint8Array) => void;

const anyPart = (pieces: Pieces, random: Random): Part | undefined => {
  const parts = pieces.blocks.flatMap((block) => block.parts);
  return parts.length > 0 ? random.pick(parts) : undefined;
};
function anyId(targets: Targets, random: Random): Id {
  const [client, clock] = random.pick([...targets.clocks]);
  return [client, random.chance(0.9) ? random.below(clock) : clock + random.below(5)];
}
const change =
  (how: (part: Part, targets: Targets, random: Random) => void): Mutation =>
  (pieces, targets, random) => {
    const part = anyPart(pieces, random);
    if (part) how(part, targets, random);
  };

const MUTATIONS: readonly Mutation[] = [
  (pieces, _targets, random) => {
    const block = pieces.blocks[0];
    if (block) block.client = random.pick([...Object.values(LEASES), 1, 424_242]);
  },
  (pieces, _targets, random) => {
    const block = pieces.blocks[0];
    if (block) block.clock = Math.max(0, block.clock + random.below(5) - 2);
  },
  change((part, targets, random) => {
    part.at.left = anyId(targets, random);
  }),
  change((part, targets, random) => {
    part.at.right = anyId(targets, random);
  }),
  change((part, targets, random) => {
    delete part.at.left;
    delete part.at.right;
    part.at.root = random.pick([
      'messages',
      'edits',
      'reactions',
      'papers',
      'pins',
      'body',
      'paper',
      'settings',
      'x',
    ]);
    if (random.chance(0.8)) part.at.sub = random.pick(targets.keys);
  }),
  change((part, targets, random) => {
    delete part.at.left;
    delete part.at.right;
    delete part.at.root;
    part.at.parent = anyId(targets, random);
  }),
  change((part, targets, random) => {
    if (random.chance(0.2)) delete part.at.sub;
    else part.at.sub = random.pick(targets.keys);
  }),
  change((part, _targets, random) => {
    part.kind = random.pick(['gc', 'skip', 'dead', 'text', 'mark', 'node', 'run', 'value', 'nested', 'odd']);
    part.text ||= random.pick(['bold', 'paragraph', 'iframe', 'link', 'слово']);
    part.length = 1 + random.below(40);
  }),
  change((part, _targets, random) => {
    part.text = random.pick(['bold', 'link', 'paragraph', 'script', '😀', 'а😀б', '', 'x'.repeat(200)]);
  }),
  change((part, _targets, random) => {
    part.length = random.pick([0, 1, 2, 5, 1_000, 2 ** 31, 2 ** 40]);
  }),
  change((part, _targets, random) => {
    const by = random.pick(WHO);
    part.what = random.pick<unknown>([
      null,
      1,
      '👍',
      'текст',
      {},
      { by, at: AT },
      { by, at: AT, text: 'Чужое' },
      { at: AT, text: 'Правка' },
      { by, title: 'План', edit: 'everyone' },
      { href: 'javascript:alert(1)' },
      { href: 'https://example.org' },
      [[[[[[[[1]]]]]]]],
    ]);
  }),
  (pieces, _targets, random) => {
    const block = pieces.blocks[0];
    const part = anyPart(pieces, random);
    if (block && part) block.parts.push(structuredClone(part));
  },
  (pieces, _targets, random) => {
    const block = pieces.blocks[0];
    if (block && block.parts.length > 0) block.parts.splice(random.below(block.parts.length), 1);
  },
  (pieces, _targets, random) => {
    const block = pieces.blocks[0];
    const part = block?.parts.pop();
    if (block && part) block.parts.splice(random.below(block.parts.length + 1), 0, part);
  },
  (pieces, _targets, _random, other) => {
    const more = takeApart(other);
    pieces.blocks.push(...more.blocks);
    pieces.deletes.push(...more.deletes);
  },
  (pieces, _targets, _random, other) => {
    const block = pieces.blocks[0];
    const more = takeApart(other);
    if (block) block.parts.push(...more.blocks.flatMap(({ parts }) => parts));
  },
  (pieces, targets, random) => {
    const [client, clock] = anyId(targets, random);
    pieces.deletes.push({ client, clock, length: random.pick([1, 1, 1, 2, 5, 1_000]) });
  },
  (pieces, _targets, random) => {
    const range = pieces.deletes[random.below(pieces.deletes.length + 1)];
    if (range) range.length += random.below(4);
  },
  (pieces, _targets, random) => {
    if (pieces.deletes.length > 0) pieces.deletes.splice(random.below(pieces.deletes.length), 1);
  },
];
