/** Where structs live: a root, a node, a run of text. And which struct may stand where. */
import * as Y from 'yjs';
import { ANY, DELETED, ELEMENT_TYPE, FORMAT, STRING, type Struct, TYPE } from './decode.ts';
import { rootsOf } from './shape.ts';

// biome-ignore lint/suspicious/noExplicitAny: Yjs types its containers by their content, which does not matter here.
export type Container = Y.AbstractType<any>;

export interface Place {
  kind: 'map' | 'fragment' | 'element' | 'text';
  root: string;
  /** 0 for a root. */
  depth: number;
  /** Name of the node, of a run of text that of the node it stands in; '' for a root. */
  node: string;
  /** The container in the document; one that this update makes gets it when it is applied. */
  type: Container | undefined;
  /** Structs of this update that landed in it so far. */
  arrivals: number;
}

/** The place of a container of the document; undefined when it is dead. Remembers them for one examination. */
export class Places {
  readonly #doc: Y.Doc;
  #known: Map<Container, Place | undefined> | undefined;
  #last: Container | undefined;
  #lastPlace: Place | undefined;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
  }

  /** Whether any root takes nested content. */
  get canNest(): boolean {
    for (const root of rootsOf(this.#doc).values()) if (!(root instanceof Y.Map)) return true;
    return false;
  }

  root(name: string): Place | undefined {
    const root = rootsOf(this.#doc).get(name);
    return root && this.of(root);
  }

  of(type: Container): Place | undefined {
    if (type === this.#last) return this.#lastPlace;
    this.#known ??= new Map();
    let place = this.#known.get(type);
    if (place === undefined && !this.#known.has(type)) {
      place = this.#make(type);
      this.#known.set(type, place);
    }
    this.#last = type;
    this.#lastPlace = place;
    return place;
  }

  #make(type: Container): Place | undefined {
    const item = type._item;
    if (item === null) {
      const kind = type instanceof Y.Map ? 'map' : 'fragment';
      const root = nameOf(this.#doc, type);
      return root === undefined ? undefined : { kind, root, depth: 0, node: '', type, arrivals: 0 };
    }
    if (item.deleted) return undefined;
    const parent = this.of(item.parent as Container);
    if (!parent) return undefined;
    const isElement = type instanceof Y.XmlElement;
    const node = isElement ? type.nodeName : parent.node;
    return {
      kind: isElement ? 'element' : 'text',
      root: parent.root,
      depth: parent.depth + 1,
      node,
      type,
      arrivals: 0,
    };
  }
}

/** The place that a struct with a nested type makes in the place it lands in. */
export function placeMadeBy(struct: Struct, at: Place): Place {
  const isElement = struct.type === ELEMENT_TYPE;
  return {
    kind: isElement ? 'element' : 'text',
    root: at.root,
    depth: at.depth + 1,
    node: isElement ? struct.text : at.node,
    type: undefined,
    arrivals: 0,
  };
}

/** Why a struct may not stand in a place; undefined when it may. Content that no view shows is not taken. */
export function misfit(struct: Struct, place: Place): string | undefined {
  const { ref, sub } = struct;
  switch (place.kind) {
    case 'map':
      if (sub === undefined) return 'list content in a map';
      return ref === ANY || ref === DELETED ? undefined : 'content is not taken in a map';
    case 'fragment':
      if (sub !== undefined) return 'key on the root of rich text';
      return ref === DELETED || (ref === TYPE && struct.type === ELEMENT_TYPE)
        ? undefined
        : 'content is not taken at the root of rich text';
    case 'element':
      if (sub !== undefined)
        return ref === ANY || ref === DELETED ? undefined : 'content is not taken in an attribute';
      return ref === TYPE || ref === DELETED ? undefined : 'content is not taken in a node';
    default:
      if (sub !== undefined) return 'key on text';
      return ref === STRING || ref === FORMAT || ref === DELETED ? undefined : 'content is not taken in text';
  }
}

function nameOf(doc: Y.Doc, type: Container): string | undefined {
  for (const [name, root] of rootsOf(doc)) if (root === type) return name;
  return undefined;
}
