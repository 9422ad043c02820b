/**
 * What must hold of any change, told from the document's JSON before and after it alone: no ops, no policies, no
 * structs. It asks the one rule book, `may()`, and nothing else of what it tests.
 */
import * as Y from 'yjs';
import { type Act, type ChatPlace, may, type PaperPlace } from '#shared/school/may.ts';
import type { Standing } from '#shared/school/roles.ts';

type Entries = Record<string, Record<string, unknown>>;
export interface State {
  maps: Entries;
  body: string;
  nodes: string[];
  marks: [string, unknown][];
  attrs: [string, unknown][];
  /** List content of map roots, keys of the body: what no view shows. */
  hidden: number;
}

export interface Setting {
  who: Standing;
  chat: ChatPlace;
  paper: PaperPlace;
  /** Whose `me` it is. */
  me: string;
  open: boolean;
}

export function stateOf(doc: Y.Doc): State {
  const state: State = { maps: {}, body: '', nodes: [], marks: [], attrs: [], hidden: 0 };
  for (const [name, type] of doc.share) {
    if (type instanceof Y.Map) {
      state.maps[name] = JSON.parse(JSON.stringify(type.toJSON()));
      if (type._start !== null) state.hidden++;
    } else if (type instanceof Y.XmlFragment) {
      state.hidden += type._map.size;
      state.body = JSON.stringify(type.toArray().map((child) => seen(child, state)));
    } else state.hidden++;
  }
  return state;
}

function seen(type: unknown, state: State): unknown {
  if (type instanceof Y.XmlText) {
    state.hidden += type._map.size;
    const delta = type.toDelta() as { insert: unknown; attributes?: object }[];
    for (let item = type._start; item; item = item.right)
      if (!item.deleted && item.content instanceof Y.ContentFormat)
        state.marks.push([item.content.key, item.content.value]);
    for (const { insert } of delta) if (typeof insert !== 'string') state.hidden++;
    return delta;
  }
  if (!(type instanceof Y.XmlElement)) {
    state.hidden++;
    return null;
  }
  state.nodes.push(type.nodeName);
  for (const child of type.toArray()) {
    const what = child instanceof Y.XmlElement ? child.nodeName : 'text';
    if (!NESTS.some(([within, in_]) => within.test(type.nodeName) && in_.test(what))) state.hidden++;
  }
  const attributes = type.getAttributes() as Record<string, unknown>;
  state.attrs.push(...Object.entries(attributes));
  return [type.nodeName, attributes, type.toArray().map((child) => seen(child, state))];
}

/** What is wrong with a change from `before` to `after`; undefined when it is all right. */
export function wrong(before: State, after: State, setting: Setting): string | undefined {
  if (after.hidden > 0) return 'hidden content';
  const { who, chat } = setting;
  const mayDo = (act: Act): boolean => may(who, act, chat).ok;
  const { maps } = after;
  if (maps.messages) return wrongInFeed(before.maps, maps, setting, mayDo);
  if (maps.pins) return wrongInPins(before.maps.pins ?? {}, maps.pins, who.person, mayDo('pin.set'));
  if (maps.settings)
    return differs(before.maps, maps) && who.person !== setting.me ? 'another’s settings' : undefined;
  return wrongInPaper(before, after, may(who, 'paper.edit', setting.paper).ok);
}

function wrongInFeed(
  was: Entries,
  is: Entries,
  setting: Setting,
  mayDo: (act: Act) => boolean,
): string | undefined {
  const { who, open } = setting;
  const before = (root: string): Record<string, unknown> => was[root] ?? {};
  const messages = is.messages ?? {};
  const fieldOf = (value: unknown, key: string): unknown => (value as Record<string, unknown> | null)?.[key];
  for (const [id, from, to] of changes(before('messages'), messages)) {
    if (to === undefined) {
      if (!mayDo(fieldOf(from, 'by') === who.person ? 'message.delete' : 'message.moderate'))
        return 'message deleted without a right';
      if (Object.keys(is.edits ?? {}).some((key) => key.startsWith(`${id}~`)))
        return 'history outlives its message';
    } else if (from !== undefined) return 'message changed';
    else if (!mayDo('message.create') || !open) return 'message without a right';
    else if (fieldOf(to, 'by') !== who.person) return 'message in another’s name';
    else if (!id.startsWith(`${(LEASE_OF[who.person] ?? 0).toString(36)}.`))
      return 'message under another’s lease';
  }
  for (const [key, from, to] of changes(before('edits'), is.edits ?? {})) {
    const message = key.split('~')[0] ?? '';
    const target = messages[message] ?? before('messages')[message];
    if (from !== undefined && to !== undefined) return 'edit changed';
    if (to === undefined && messages[message] !== undefined) return 'history deleted alone';
    if (to !== undefined && (!mayDo('message.edit') || fieldOf(target, 'by') !== who.person))
      return 'edit without a right';
  }
  for (const [key, , to] of changes(before('reactions'), is.reactions ?? {})) {
    const [message = '', person] = key.split('~');
    if (to === undefined && (person === who.person || messages[message] === undefined)) continue;
    if (person !== who.person || !mayDo('reaction.set')) return 'reaction without a right';
    if (typeof to !== 'string' || to.length > 16 || /\p{L}/u.test(to)) return 'reaction is no emoji';
  }
  for (const [, from, to] of changes(before('papers'), is.papers ?? {})) {
    if (to === undefined) return 'paper deleted';
    if (from === undefined) {
      if (!mayDo('paper.create') || fieldOf(to, 'by') !== who.person) return 'paper without a right';
    } else if (fieldOf(from, 'by') !== fieldOf(to, 'by')) return 'paper changed its owner';
    else if (!may(who, 'paper.rights', { ...setting.paper, owner: fieldOf(from, 'by') as string }).ok)
      return 'rights without a right';
  }
  return undefined;
}

function wrongInPins(
  was: Record<string, unknown>,
  is: Record<string, unknown>,
  person: string,
  mayPin: boolean,
): string | undefined {
  for (const [, , to] of changes(was, is)) {
    if (!mayPin) return 'pin without a right';
    if (to !== undefined && JSON.stringify(Object.keys(to as object).sort()) !== '["at","by"]')
      return 'pin with a text';
    if (to !== undefined && (to as { by: unknown }).by !== person) return 'pin in another’s name';
  }
  return undefined;
}

/** What an editor draws in what. */
const NESTS: [RegExp, RegExp][] = [
  [/^(paragraph|heading|codeBlock)$/, /^text$/],
  [/^(paragraph|heading)$/, /^hardBreak$/],
  [/^(bullet|ordered)List$/, /^listItem$/],
  [/^taskList$/, /^taskItem$/],
  [/^table$/, /^tableRow$/],
  [/^tableRow$/, /^table(Cell|Header)$/],
  [
    /^((list|task)Item|blockquote|table(Cell|Header))$/,
    /^(paragraph|heading|(bullet|ordered|task)List|blockquote|codeBlock|horizontalRule|table)$/,
  ],
];
const NODES =
  /^(paragraph|heading|(bullet|ordered|task)List|(list|task)Item|blockquote|codeBlock|horizontalRule|hardBreak|table(Row|Cell|Header)?)$/;
const MARKS = /^(bold|italic|underline|strike|code|link)(--.{8})?$/;
const ATTRS = /^(level|start|checked|language|colspan|rowspan|colwidth)$/;

function wrongInPaper(before: State, after: State, mayEdit: boolean): string | undefined {
  if (differs(before.maps, after.maps)) {
    const was = before.maps.paper ?? {};
    const is = after.maps.paper ?? {};
    if ('schema' in was || JSON.stringify(is) !== '{"schema":1}' || !mayEdit) return 'schema changed';
  }
  if (before.body !== after.body && !mayEdit) return 'paper written without a right';
  if (after.nodes.some((name) => !NODES.test(name))) return 'unknown node';
  if (after.attrs.some(([name]) => !ATTRS.test(name))) return 'unknown attribute';
  for (const [name, value] of after.marks) {
    if (!MARKS.test(name)) return 'unknown mark';
    const href = (value as { href?: unknown } | null)?.href;
    if (typeof href === 'string' && /script:|data:/i.test(href)) return 'link leads astray';
  }
  return undefined;
}

function changes(was: Record<string, unknown>, is: Record<string, unknown>): [string, unknown, unknown][] {
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...keys].filter((key) => differs(was[key], is[key])).map((key) => [key, was[key], is[key]]);
}

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
const LEASE_OF: Readonly<Record<string, number>> = { anna: 7_001, masha: 7_002, petya: 7_003 };
