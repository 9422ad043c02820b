/** Anna Petrovna leads 7А and teaches in 7Б: what her own bytes change in the registry, and what they never do. */
import * as Automerge from '@automerge/automerge';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { actorOf } from '#shared/registry/change.ts';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { TestDevice } from '../support/device.ts';
import { AdminDevice } from '../support/registry.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

// biome-ignore lint/suspicious/noExplicitAny: an attacker's document has any shape
type Draft = Record<string, any>;
const text = (value: string) => new Automerge.ImmutableString(value);

test('[R18] [R501] a class teacher takes a pupil out of her class: it counts at once and over a restart', async () => {
  const anna = await AdminDevice.start(relay, 'anna');
  const petya = await TestDevice.start(relay, relay.sessions.signIn('petya'));
  await petya.open('chat/7a');
  const taken = await anna.setDuty({ person: 'petya', unit: '7a', from: 'student', to: undefined });
  expect(taken).toMatchObject({ kind: 'ack' });
  expect(await petya.line.next('purge', ({ room }) => room === 'chat/7a')).toBeDefined();
  relay = await relay.restart();
  expect(relay.school.standing('petya')?.duties).toEqual({});
  expect(relay.school.membersOf('7a')).not.toContain('petya');
});

test('[R512] what she sets and takes back in one change is refused by name, and leaves the registry awake', async () => {
  const elena = await AdminDevice.start(relay);
  expect(await elena.setRole('dima', 'student', 'parent')).toMatchObject({ kind: 'ack' });
  const anna = await AdminDevice.start(relay, 'anna');
  const nothing = anna.change((draft) => {
    (draft as Draft).chats['7a'].hidesHistory = true;
    delete (draft as Draft).chats['7a'].hidesHistory;
  });
  expect(await nothing).toMatchObject({ kind: 'refuse', code: 'bad-value' });
  expect(relay.logged.filter((line) => line.includes('room-job-failed'))).toEqual([]);
});

test('[R512] bytes of hers that the library would follow for ever, or save for nobody, are refused; the school opens', async () => {
  const anna = await AdminDevice.start(relay, 'anna');
  const doc = Automerge.load<Draft>(relay.school.save(), { actor: actorOf(anna.device.lease) });
  const chat = Automerge.getObjectId(doc.chats, '7a') as string;
  const honest = Automerge.change(doc, { time: 1 }, (draft) => {
    draft.chats['7a'].matrix.pin = text('leads');
  });
  const change = Automerge.decodeChange(Automerge.getLastLocalChange(honest) as Uint8Array);
  const bad = [
    (actor: string) => ({
      action: 'makeMap',
      obj: `${change.startOp + 1}@${actor}`,
      key: 'people',
      pred: [],
    }),
    () => ({ action: 'del', obj: chat, key: 'hidesHistory', pred: [] }),
  ];
  for (const op of bad) {
    const { device } = await AdminDevice.start(relay, 'anna');
    const actor = actorOf(device.lease);
    const ops = [...change.ops, op(actor) as never];
    const bytes = Automerge.encodeChange({ ...change, actor, hash: undefined as never, ops });
    expect(await device.send(device.wrap('org/main/registry', bytes))).toMatchObject({ code: 'bad-value' });
  }
  relay = await relay.restart();
  const elena = await AdminDevice.start(relay);
  expect(await elena.setRole('dima', 'student', 'parent')).toMatchObject({ kind: 'ack' });
});

test('[R20] [R501] she quiets the chats of her class, also the one that she is not in', async () => {
  const elena = await AdminDevice.start(relay);
  await elena.change((draft) => {
    delete (draft as Draft).chats['7a'].audience['class-teacher'];
  });
  expect(relay.school.projection('anna')?.governed).toMatchObject({ '7a': { title: '7А' } });
  expect(Object.keys(relay.school.projection('anna')?.governed ?? {})).toEqual(['7a']);
  expect(relay.school.projection('masha')?.governed).toBeUndefined();
  const anna = await AdminDevice.start(relay, 'anna');
  const quiet = { ...DEFAULT_MATRIX, write: 'staff' } as const;
  expect(await anna.setMatrix('7a', DEFAULT_MATRIX, quiet)).toMatchObject({ kind: 'ack' });
  expect(relay.school.chat('7a')?.matrix.write).toBe('staff');
});

describe('what she may not', () => {
  const attacks: [string, (school: Draft) => void, string][] = [
    ['promotes herself', ({ members }) => (members.anna.role = text('admin')), 'admins-only'],
    ['makes a pupil a teacher', ({ members }) => (members.masha.role = text('teacher')), 'admins-only'],
    ['demotes an administrator', ({ members }) => (members.igor.role = text('parent')), 'admins-only'],
    ['takes 7Б over', ({ members }) => (members.anna.duties['7b'] = text('class-teacher')), 'own-class-only'],
    [
      'gives up 7А to a pupil',
      ({ members }) => (members.masha.duties['7a'] = text('class-teacher')),
      'own-class-only',
    ],
    ['takes a pupil out of 7Б', ({ members }) => delete members.dima.duties['7b'], 'own-class-only'],
    [
      'moves a pupil of 7Б into 7А',
      ({ members }) => {
        delete members.dima.duties['7b'];
        members.dima.duties['7a'] = text('student');
      },
      'own-class-only',
    ],
    [
      'enters a second class for a pupil',
      ({ members }) => (members.dima.duties['7a'] = text('student')),
      'not-allowed',
    ],
    [
      'invents a person',
      ({ members }) => (members.oleg = { role: text('student'), duties: {} }),
      'admins-only',
    ],
    ['removes a person', ({ members }) => delete members.olga, 'admins-only'],
    ['removes her class', ({ units }) => delete units['7a'], 'admins-only'],
    ['renames her class', ({ units }) => (units['7a'].title = text('7А (лучшая)')), 'admins-only'],
    [
      'opens a unit',
      ({ units }) => (units['7v'] = { kind: text('class'), title: text('7В') }),
      'admins-only',
    ],
    ['removes the chat of her class', ({ chats }) => delete chats['7a'], 'admins-only'],
    [
      'lets a stranger into the chat of her class',
      ({ chats }) => (chats['7a'].people.dima = true),
      'admins-only',
    ],
    ['hangs the staff room into her class', ({ chats }) => (chats.staff.unit = text('7a')), 'admins-only'],
    ['quiets the news', ({ chats }) => (chats.news.matrix.write = text('leads')), 'admins-only'],
    ['quiets 7Б', ({ chats }) => (chats['7b'].matrix.write = text('leads')), 'own-class-only'],
    ['lets pupils moderate', ({ chats }) => (chats['7a'].matrix.moderate = text('everyone')), 'admins-only'],
    ['renames the school', ({ org }) => (org.title = text('Школа Анны Петровны')), 'admins-only'],
    ['changes the id of the school', ({ org }) => (org.id = text('other')), 'admins-only'],
  ];

  test.each(attacks)(
    '[R18] [R19] [R20] she %s: refused, alone and beside a good act',
    async (_what, attack, code) => {
      const before = JSON.stringify(relay.school.projection('elena'));
      const anna = await AdminDevice.start(relay, 'anna');
      expect(await anna.change(attack as (draft: Draft) => void)).toMatchObject({ kind: 'refuse', code });
      const again = await AdminDevice.start(relay, 'anna');
      const mixed = await again.change((draft) => {
        delete (draft as Draft).members.petya.duties['7a'];
        attack(draft as Draft);
      });
      expect(mixed).toMatchObject({ kind: 'refuse', code });
      expect(JSON.stringify(relay.school.projection('elena'))).toBe(before);
    },
  );

  test('[R18] a teacher of the class, a pupil and a parent do not even read the registry', async () => {
    const elena = await AdminDevice.start(relay);
    await elena.setDuty({ person: 'anna', unit: '7a', from: 'class-teacher', to: 'teacher' });
    for (const person of ['anna', 'masha', 'olga']) {
      const device = await TestDevice.start(relay, relay.sessions.signIn(person));
      device.line.say({ kind: 'open', room: 'org/main', epoch: '', held: [], newest: true });
      expect(await device.line.next('purge')).toMatchObject({ room: 'org/main' });
    }
  });

  test('[R350] [R18] whoever stops leading a class stops reading the registry at once, and her change is refused', async () => {
    const elena = await AdminDevice.start(relay);
    const anna = await AdminDevice.start(relay, 'anna');
    await elena.setDuty({ person: 'anna', unit: '7a', from: 'class-teacher', to: 'teacher' });
    expect(await anna.device.line.next('purge', ({ room }) => room === 'org/main')).toBeDefined();
    const late = await anna.setDuty({ person: 'petya', unit: '7a', from: 'student', to: undefined });
    expect(late).toMatchObject({ kind: 'refuse' });
    expect(relay.school.standing('petya')?.duties).toEqual({ '7a': 'student' });
  });
});
