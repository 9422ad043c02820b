/** What every adapter of the school port must do, as two suites: what each answers, and what those do that take changes. */
import { expect, it } from 'vitest';
import { isIn, may } from '#shared/school/may.ts';
import type { School } from './school.ts';

export interface Opened {
  school: School;
  /** Of the school, with people in it. */
  chat: string;
  /** Of the school and not in that chat. */
  outsider: string;
}

export interface Changing {
  school: School;
  /** The next change that an administrator's device would send of what the school holds now; each one is another. */
  change(): { bytes: Uint8Array; person: string; lease: number };
  /** The same school, empty, as a relay starts with. */
  another(): School;
}

/** What names nobody and nothing, whatever an object would say to it. */
const NOBODY = ['', 'nobody', '__proto__', 'constructor', 'toString', 'x'.repeat(10_000)];

export function schoolContract(open: () => Opened): void {
  it('[R1] who is in a chat is the same from every side: its members, their chats, and the rule itself', () => {
    const { school, chat, outsider } = open();
    const place = school.chat(chat);
    if (!place) throw new Error('the school has no such chat');
    const members = school.membersOf(chat);
    expect(members.length).toBeGreaterThan(0);
    expect(new Set(members).size).toBe(members.length);
    for (const person of members) {
      const who = school.standing(person);
      expect(who?.person).toBe(person);
      expect(who && isIn(who, place)).toBe(true);
      expect(school.chatsOf(person).filter((id) => id === chat)).toEqual([chat]);
      for (const id of school.chatsOf(person)) expect(school.membersOf(id)).toContain(person);
    }
    expect(members).not.toContain(outsider);
    expect(school.chatsOf(outsider)).not.toContain(chat);
    expect(school.standing(outsider)?.person).toBe(outsider);
    expect(may(school.standing(outsider), 'chat.read', place)).toEqual({ ok: false, code: 'not-a-member' });
  });

  it('[R1] a stranger has no standing, no chats and no projection, and a chat that is not there no members', () => {
    const { school } = open();
    for (const none of NOBODY) {
      expect(school.standing(none)).toBeUndefined();
      expect(school.projection(none)).toBeUndefined();
      expect(school.chatsOf(none)).toEqual([]);
      expect(school.chat(none)).toBeUndefined();
      expect(school.membersOf(none)).toEqual([]);
    }
  });

  it('[R505] a projection is of its person, as they stand, shows no chat that they may not read, and travels as JSON', () => {
    const { school, chat, outsider } = open();
    for (const person of [...school.membersOf(chat), outsider]) {
      const projection = school.projection(person);
      const { role, duties } = school.standing(person) ?? {};
      expect(projection?.org.id).toBe(school.org);
      expect(projection?.me).toEqual({ id: person, role, duties });
      expect(school.chatsOf(person)).toEqual(expect.arrayContaining(Object.keys(projection?.chats ?? {})));
      expect(JSON.parse(JSON.stringify(projection))).toEqual(projection);
    }
  });

  it('[R1] lists that were given out are their taker’s: what becomes of them changes nobody’s place', () => {
    const { school, chat, outsider } = open();
    const [members, chats] = [[...school.membersOf(chat)], [...school.chatsOf(outsider)]];
    school.membersOf(chat).push(outsider);
    school.chatsOf(outsider).push(chat);
    expect([school.membersOf(chat), school.chatsOf(outsider)]).toEqual([members, chats]);
  });

  it('[R501] what is no change, and anything of a stranger, is refused by a rule, changes nothing and is told to nobody', () => {
    const { school, chat } = open();
    const [member = ''] = school.membersOf(chat);
    const before = [school.save(), school.projection(member)];
    let told = 0;
    school.onChange(() => told++);
    for (const bytes of [new Uint8Array(), new Uint8Array([1, 2, 3]), school.save()])
      for (const person of [member, ...NOBODY])
        expect(school.judge(bytes, person, 1001)).toEqual({ ok: false, code: expect.any(String) });
    expect([school.save(), school.projection(member)]).toEqual(before);
    expect(told).toBe(0);
  });
}

export function changingSchoolContract(open: () => Changing): void {
  it('[R500] a change counts from its commit on, and is told once, then, to who still listens', () => {
    const { school, change } = open();
    const { bytes, person, lease } = change();
    const told: string[] = [];
    school.onChange((persons) => told.push(persons?.has(person) === false ? 'others' : 'them'));
    const stop = school.onChange(() => told.push('who has left'));
    const before = school.projection(person);
    const saved = school.save();
    const verdict = school.judge(bytes, person, lease);
    expect(verdict).toMatchObject({ ok: true, joins: expect.any(Array) });
    expect([school.projection(person), school.save(), told]).toEqual([before, saved, []]);
    stop();
    if (verdict.ok) verdict.commit();
    expect(told).toEqual(['them']);
    expect(school.projection(person)?.seq).toBeGreaterThan(before?.seq ?? Number.POSITIVE_INFINITY);
    expect(school.save()).not.toEqual(saved);
  });

  it('[R500] a change that is abandoned takes along what stands on it and leaves no trace; the next one fits', () => {
    const { school, change } = open();
    const changes = [change(), change()];
    const before = school.save();
    const judged = () => changes.map(({ bytes, person, lease }) => school.judge(bytes, person, lease));
    const [first] = judged();
    if (first?.ok) first.abandon();
    expect(school.save()).toEqual(before);
    const again = judged();
    expect(again.map(({ ok }) => ok)).toEqual([true, true]);
    for (const verdict of again) if (verdict.ok) verdict.commit();
    expect(school.save()).not.toEqual(before);
  });

  it('[R504] a school comes back from what it saved, and from its changes one by one, known ones among them', () => {
    const { school, change, another } = open();
    const founded = school.save();
    const rows = [change(), change()].map(({ bytes, person, lease }) => {
      const verdict = school.judge(bytes, person, lease);
      if (verdict.ok) verdict.commit();
      return { bytes, person };
    });
    const [fromRows, fromSaved] = [another(), another()];
    const { person = '' } = rows[0] ?? {};
    const all = rows.map((row) => row.bytes);
    for (const bytes of [founded, ...all, ...all]) {
      fromRows.replay(bytes);
      // Asked in between: what it answers from is never older than what it has read.
      expect(fromRows.standing(person)?.person).toBe(person);
    }
    fromSaved.replay(school.save());
    for (const back of [fromRows, fromSaved]) {
      expect(back.projection(person)).toEqual(school.projection(person));
      expect(back.chatsOf(person)).toEqual(school.chatsOf(person));
    }
  });
}
