/** Conversations of a school. */
import { COLLEAGUES, FAMILY, MEETING, NEWS, PARENTS, STAFF } from './threads-adults.ts';
import { CLASS, FRIENDS, MENTOR } from './threads-pupils.ts';

export type Circle =
  | 'class'
  | 'parents'
  | 'staff'
  | 'news'
  /** Between two: pupils; a pupil and a teacher; a parent and a teacher; two of the staff; a parent and a child. */
  | 'friends'
  | 'mentor'
  | 'meeting'
  | 'colleagues'
  | 'family';

/**
 * A conversation, a line a message. Before the colon stands who speaks: T, U lead the chat, A to D are the others, and
 * one letter is one person to the end. `{забыл/забыла}` follows the speaker; `{day}` is filled with one of FILL, the
 * same one all through the thread, and `{day2}` with another.
 */
export type Thread = readonly string[];

export const THREADS: Readonly<Record<Circle, readonly Thread[]>> = {
  class: CLASS,
  parents: PARENTS,
  staff: STAFF,
  news: NEWS,
  friends: FRIENDS,
  mentor: MENTOR,
  meeting: MEETING,
  colleagues: COLLEAGUES,
  family: FAMILY,
};
