/**
 * `may(person, act, place)`: the one rule book. The app asks it before it offers a button, the relay asks it
 * before it takes a change. Pure: the same answer on every replica that holds the same registry.
 */
import type { RefusalCode } from './refusals.ts';
import { type Duty, dutyIn, isStaff, type Role, type Standing } from './roles.ts';

/** Which members of a chat a permission is given to. */
export const GROUPS = ['everyone', 'staff', 'leads', 'admins', 'nobody'] as const;
export type Group = (typeof GROUPS)[number];

/** The permission matrix of a chat. */
export interface Matrix {
  write: Group;
  react: Group;
  pin: Group;
  /** Delete another's message. */
  moderate: Group;
  /** Create a paper, and edit one that is open to all writers of the chat. */
  papers: Group;
}
export const MATRIX_KEYS = ['write', 'react', 'pin', 'moderate', 'papers'] as const;

export const DEFAULT_MATRIX: Matrix = {
  write: 'everyone',
  react: 'everyone',
  pin: 'staff',
  moderate: 'leads',
  papers: 'everyone',
};

/** A chat as the rules see it. `unit` null is the whole school, then `audience` names roles, else duties. */
export interface ChatPlace {
  kind: 'chat';
  unit: string | null;
  audience: readonly (Duty | Role)[];
  /** Members by name, beside the audience: direct chats, guests of a class. */
  people: Readonly<Record<string, true>>;
  matrix: Matrix;
}

/** A part of a chat's history. */
export interface SegmentPlace {
  kind: 'segment';
  chat: ChatPlace;
  segment: number;
  /** The first segment that the person who asks may read. */
  first: number;
}

export type PaperEdit = 'everyone' | 'staff' | 'owner';
export interface PaperPlace {
  kind: 'paper';
  chat: ChatPlace;
  owner: string;
  edit: PaperEdit;
  /** Where in the chat it was shared, as far as that counts; missing: it does not. */
  shared?: Pick<SegmentPlace, 'segment' | 'first'>;
}
export interface OrgPlace {
  kind: 'org';
}
/** What belongs to one class (or department): who is in it, and who may what in its chats. */
export interface UnitPlace {
  kind: 'unit';
  unit: string;
}
export interface MePlace {
  kind: 'me';
  person: string;
}
export type Place = ChatPlace | SegmentPlace | PaperPlace | OrgPlace | UnitPlace | MePlace;

export type Act =
  | 'chat.read'
  | 'chat.readers'
  | 'segment.read'
  | 'message.create'
  | 'message.edit'
  | 'message.delete'
  | 'message.moderate'
  | 'reaction.set'
  | 'pin.set'
  | 'paper.create'
  | 'paper.read'
  | 'paper.edit'
  | 'paper.rights'
  | 'me.read'
  | 'me.write'
  | 'registry.read'
  | 'role.set'
  | 'duty.set'
  | 'matrix.set';

export type Verdict = { ok: true } | { ok: false; code: RefusalCode };

/**
 * Whether a person may do an act in a place. `message.edit` and `message.delete` mean one's own message: the
 * caller has compared the author. Never throws; an unknown combination is refused (`not-allowed`).
 */
export function may(who: Standing | undefined, act: Act, place: Place): Verdict {
  if (!who) return no('not-a-member');
  if (place.kind === 'me')
    return act.startsWith('me.') && place.person === who.person ? YES : no('not-yours');
  if (place.kind === 'org') return mayInOrg(who, act);
  if (place.kind === 'unit') return mayInUnit(who, act, place.unit);
  if (place.kind === 'paper') return mayInPaper(who, act, place);
  if (place.kind === 'segment') return mayInSegment(who, act, place);
  return mayInChat(who, act, place);
}

/** Whether a person is a member of a chat: by name, by duty in its unit, or by role in the whole school. */
export function isIn(who: Standing, chat: ChatPlace): boolean {
  if (Object.hasOwn(chat.people, who.person)) return true;
  if (chat.unit === null) return chat.audience.includes(who.role);
  const duty = dutyIn(who, chat.unit);
  return duty !== undefined && chat.audience.includes(duty);
}

/** Whether a person is the class teacher of a unit. */
export function leads(who: Standing, unit: string): boolean {
  return dutyIn(who, unit) === 'class-teacher';
}

function mayInOrg(who: Standing, act: Act): Verdict {
  if (act === 'registry.read') return who.role === 'admin' || leadsSomething(who) ? YES : no('admins-only');
  if (act === 'role.set' || act === 'duty.set' || act === 'matrix.set')
    return who.role === 'admin' ? YES : no('admins-only');
  return no('not-allowed');
}

function mayInUnit(who: Standing, act: Act, unit: string): Verdict {
  if (act !== 'duty.set' && act !== 'matrix.set') return no('not-allowed');
  if (who.role === 'admin' || leads(who, unit)) return YES;
  return no(leadsSomething(who) ? 'own-class-only' : 'admins-only');
}

function leadsSomething(who: Standing): boolean {
  return Object.keys(who.duties).some((unit) => leads(who, unit));
}

function mayInChat(who: Standing, act: Act, chat: ChatPlace): Verdict {
  if (!isIn(who, chat)) return no('not-a-member');
  switch (act) {
    case 'chat.read':
      return YES;
    case 'chat.readers':
      return isStaff(who.role) ? YES : no('staff-only');
    case 'message.create':
      return within(who, chat, chat.matrix.write, 'chat-is-read-only');
    case 'message.edit':
      return within(who, chat, chat.matrix.write, 'chat-is-read-only');
    case 'message.delete':
      return YES;
    case 'message.moderate':
      return within(who, chat, chat.matrix.moderate, 'only-leads-moderate');
    case 'reaction.set':
      return within(who, chat, chat.matrix.react, 'reactions-are-off');
    case 'pin.set':
      return within(who, chat, chat.matrix.pin, 'only-some-may-pin');
    case 'paper.create':
      return both(
        within(who, chat, chat.matrix.write, 'chat-is-read-only'),
        within(who, chat, chat.matrix.papers, 'papers-are-off'),
      );
    default:
      return no('not-allowed');
  }
}

/** What was written before a person came to a chat that hides it is to them as if it were not there. */
function mayInSegment(who: Standing, act: Act, { chat, segment, first }: SegmentPlace): Verdict {
  if (act !== 'segment.read') return no('not-allowed');
  if (!isIn(who, chat)) return no('not-a-member');
  return segment >= first ? YES : no('unknown-place');
}

function mayInPaper(who: Standing, act: Act, paper: PaperPlace): Verdict {
  if (!isIn(who, paper.chat)) return no('not-a-member');
  if (paper.shared && paper.shared.segment < paper.shared.first) return no('unknown-place');
  if (act === 'paper.read') return YES;
  if (act === 'paper.rights')
    return who.person === paper.owner || inGroup(who, paper.chat, paper.chat.matrix.moderate)
      ? YES
      : no('only-owner-shares');
  if (act !== 'paper.edit') return no('not-allowed');
  if (paper.edit === 'owner' && who.person !== paper.owner) return no('paper-is-read-only');
  if (paper.edit === 'staff' && who.person !== paper.owner && !isStaff(who.role))
    return no('paper-is-read-only');
  return within(who, paper.chat, paper.chat.matrix.papers, 'papers-are-off');
}

function inGroup(who: Standing, chat: ChatPlace, group: Group): boolean {
  switch (group) {
    case 'everyone':
      return true;
    case 'staff':
      return isStaff(who.role);
    case 'leads':
      return who.role === 'admin' || (chat.unit !== null && leads(who, chat.unit));
    case 'admins':
      return who.role === 'admin';
    default:
      return false;
  }
}

const YES: Verdict = { ok: true };
const no = (code: RefusalCode): Verdict => ({ ok: false, code });
const both = (a: Verdict, b: Verdict): Verdict => (a.ok ? b : a);
const within = (who: Standing, chat: ChatPlace, group: Group, code: RefusalCode): Verdict =>
  inGroup(who, chat, group) ? YES : no(code);
