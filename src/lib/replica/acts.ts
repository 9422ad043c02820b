/** What an intent asks of the rules, and what it does to a document: made once when written, and again when it must be. */

import type * as Y from 'yjs';
import { editKey, type Message, type PaperEntry, reactionKey } from '#shared/feed/shape.ts';
import { isBlank } from '#shared/ops/values.ts';
import { PAPER_SCHEMA } from '#shared/papers/shape.ts';
import type { Pin } from '#shared/pins/shape.ts';
import type { Projection } from '#shared/registry/shape.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { type ChatPlace, may, type Verdict } from '#shared/school/may.ts';
import { feedDoc, meDoc, parseRoom, pinsDoc } from '#shared/school/names.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { Standing } from '#shared/school/roles.ts';
import { setOwn } from './me-set.ts';
import type { Intent } from './types.ts';
import { everHeld } from './ydoc.ts';

/** What the rules need to know of a room on this device. */
export interface Look {
  person: string;
  projection: Projection | undefined;
  /** A living message; `unknown` when its segment is not loaded. */
  message(id: string): Message | 'gone' | 'unknown';
  paper(id: string): PaperEntry | undefined;
  pins(): Y.Map<Pin> | undefined;
}

/** Whether the person may do it, as far as this device knows; the relay decides. */
export function allowed(intent: Intent, room: string, look: Look): Verdict {
  const who = standingOf(look.projection);
  const parsed = parseRoom(room);
  if (!who || parsed?.kind !== 'chat') return YES;
  const place = chatPlace(look.projection, parsed.chat);
  if (!place) return no('not-a-member');
  switch (intent.act) {
    case 'message.create':
    case 'paper.create':
      return both(fits(intent), may(who, intent.act, place));
    case 'message.edit':
      return both(fits(intent), aboutOwn(intent.message, 'message.edit', who, place, look));
    case 'message.delete':
      return aboutOwn(intent.message, 'message.delete', who, place, look);
    case 'reaction.set':
      return both(living(intent.message, look), may(who, 'reaction.set', place));
    case 'pin.set':
      if (look.message(intent.message) === 'gone') return no('message-is-gone');
      if ((look.pins()?.size ?? 0) >= LIMITS.pinsMax) return no('too-many-pins');
      return may(who, 'pin.set', place);
    case 'pin.remove':
      return may(who, 'pin.set', place);
    case 'paper.rights': {
      if (intent.title !== undefined && isBlank(intent.title)) return no('bad-value');
      const paper = look.paper(intent.paper);
      if (!paper) return YES;
      return may(who, 'paper.rights', { kind: 'paper', chat: place, owner: paper.by, edit: paper.edit });
    }
    default:
      return YES;
  }
}

/**
 * Does it to its document, inside a transaction of the caller. Nothing when the document already says so: an act that
 * is repeated after a lost answer changes nothing twice.
 */
export function perform(intent: Intent, doc: Y.Doc, person: string): void {
  switch (intent.act) {
    case 'message.create':
    case 'paper.create':
      create(intent, doc, person);
      return;
    case 'message.edit':
      if (!everHeld(doc.getMap('edits'), editKey(intent.message, intent.id)))
        doc.getMap('edits').set(editKey(intent.message, intent.id), { at: intent.at, text: intent.text });
      return;
    case 'message.delete':
      erase(intent.message, doc);
      return;
    case 'reaction.set':
      react(intent.message, intent.emoji, doc, person);
      return;
    case 'pin.set':
      if (!doc.getMap('pins').has(intent.message))
        doc.getMap('pins').set(intent.message, { by: person, at: intent.at });
      return;
    case 'pin.remove':
      doc.getMap('pins').delete(intent.message);
      return;
    case 'paper.rights': {
      const entry = doc.getMap('papers').get(intent.paper) as PaperEntry | undefined;
      if (!entry) return;
      const next = { ...entry, title: intent.title ?? entry.title, edit: intent.edit ?? entry.edit };
      if (next.title !== entry.title || next.edit !== entry.edit)
        doc.getMap('papers').set(intent.paper, next);
      return;
    }
    case 'paper.write':
      if (intent.schema && !everHeld(doc.getMap('paper'), 'schema'))
        doc.getMap('paper').set('schema', PAPER_SCHEMA);
      return;
    case 'me.set':
      setOwn(doc, intent);
      return;
    default:
  }
}

/** The document an intent belongs to; a message goes to the open segment, what is about one to where it stands. */
export function docFor(
  intent: Intent,
  room: string,
  head: number,
  docOf: (id: string) => string | undefined,
): string | undefined {
  const parsed = parseRoom(room);
  if (!parsed) return undefined;
  if (parsed.kind === 'me') return meDoc(parsed.person);
  if (parsed.kind === 'paper') return room;
  if (parsed.kind === 'org') return `${room}/registry`;
  switch (intent.act) {
    case 'message.create':
    case 'paper.create':
      return feedDoc(parsed.chat, Math.max(head, 1));
    case 'pin.set':
    case 'pin.remove':
      return pinsDoc(parsed.chat);
    case 'paper.rights':
      return docOf(intent.paper);
    case 'message.edit':
    case 'message.delete':
    case 'reaction.set':
      return docOf(intent.message);
    default:
      return undefined;
  }
}

/** Ids that an intent brings to life, and those it needs. */
export function bringsOf(intent: Intent): string[] {
  if (intent.act === 'message.create' || intent.act === 'message.edit') return [intent.id];
  return intent.act === 'paper.create' ? [intent.id, intent.paper] : [];
}

/** The same intent when ids that it brings or names became others. */
export function renamed(intent: Intent, names: ReadonlyMap<string, string>): Intent {
  const next = { ...intent } as Record<string, unknown>;
  for (const field of ['id', 'message', 're', 'paper']) {
    const name = next[field];
    if (typeof name === 'string') next[field] = names.get(name) ?? name;
  }
  return next as unknown as Intent;
}

export function needsOf(intent: Intent): string[] {
  if ('message' in intent) return [intent.message];
  if (intent.act === 'paper.rights') return [intent.paper];
  return intent.act === 'message.create' && intent.re !== undefined ? [intent.re] : [];
}

export function textOfIntent(intent: Intent): string {
  if (intent.act === 'paper.create') return intent.title;
  return 'text' in intent ? intent.text : '';
}

export function standingOf(projection: Projection | undefined): Standing | undefined {
  if (!projection) return undefined;
  const { id, role, duties } = projection.me;
  return { person: id, role, duties };
}

export function chatPlace(projection: Projection | undefined, chat: string): ChatPlace | undefined {
  const entry = projection && Object.hasOwn(projection.chats, chat) ? projection.chats[chat] : undefined;
  if (!entry) return undefined;
  const audience = Object.keys(entry.audience) as ChatPlace['audience'];
  return { kind: 'chat', unit: entry.unit, audience, people: entry.people, matrix: entry.matrix };
}

function create(
  intent: Extract<Intent, { act: 'message.create' | 'paper.create' }>,
  doc: Y.Doc,
  person: string,
): void {
  const messages = doc.getMap<Message>('messages');
  if (everHeld(messages, intent.id)) return;
  const message: Message = { by: person, at: intent.at, text: intent.text };
  if (intent.act === 'paper.create') {
    message.paper = intent.paper;
    doc.getMap('papers').set(intent.paper, { by: person, title: intent.title, edit: intent.edit });
  } else if (intent.re !== undefined) message.re = intent.re;
  messages.set(intent.id, message);
}

/** The words go, and what hangs on them: an edit would keep a text that its author took back. */
function erase(message: string, doc: Y.Doc): void {
  for (const root of ['edits', 'reactions']) {
    const map = doc.getMap(root);
    for (const key of [...map.keys()]) if (key.startsWith(`${message}~`)) map.delete(key);
  }
  doc.getMap('messages').delete(message);
}

function react(message: string, emoji: string, doc: Y.Doc, person: string): void {
  const reactions = doc.getMap('reactions');
  const key = reactionKey(message, person);
  if (emoji === '') reactions.delete(key);
  else if (reactions.get(key) !== emoji) reactions.set(key, emoji);
}

function fits(intent: Intent): Verdict {
  const text = textOfIntent(intent);
  if (isBlank(text)) return no('bad-value');
  const { titleCharsMax, messageCharsMax } = LIMITS;
  return text.length > (intent.act === 'paper.create' ? titleCharsMax : messageCharsMax)
    ? no('too-long')
    : YES;
}

function aboutOwn(
  id: string,
  act: 'message.edit' | 'message.delete',
  who: Standing,
  place: ChatPlace,
  look: Look,
): Verdict {
  const message = look.message(id);
  if (message === 'gone') return no('message-is-gone');
  if (message === 'unknown' || message.by === who.person) return may(who, act, place);
  return act === 'message.delete' ? may(who, 'message.moderate', place) : no('not-yours');
}

const living = (id: string, look: Look): Verdict =>
  look.message(id) === 'gone' ? no('message-is-gone') : YES;
const YES: Verdict = { ok: true };
const no = (code: RefusalCode): Verdict => ({ ok: false, code });
const both = (a: Verdict, b: Verdict): Verdict => (a.ok ? b : a);
