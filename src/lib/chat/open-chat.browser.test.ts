import { expect, test } from 'vitest';
import type { Chat, Device, Intent, MessageView, RefusedDraft, Verdict } from '#lib/replica/types.ts';
import { draftsIn } from './draft-map.ts';
import { OpenChat } from './open-chat.svelte.ts';

const OK: Verdict = { ok: true, id: 'm9' };
const petya = { id: 'm1', by: 'petya', text: 'Кто понесёт котелок?', mine: false } as MessageView;
const own = { id: 'm2', by: 'masha', text: 'Встреча в восемь', mine: true } as MessageView;

/** The class chat on Masha's device: what may not be edited is told, and what was taken up is counted. */
function openChat() {
  const drafts = new Map<string, string>();
  const reused: string[] = [];
  const locked = new Set<string>();
  const sought: string[] = [];
  const renamed = new Map<string, string>();
  const line = { at: 'offline' } as { at: 'offline' | 'online' };
  const chat = {
    id: '7a',
    messages: () => (renamed.size > 0 ? [petya, { ...own, id: 'm22' }] : [petya, own]),
    idOf: (id: string) => renamed.get(id) ?? id,
    find: (id: string) => Promise.resolve(sought.push(`${id} ${line.at}`) < 0),
    may: (act, message = '') =>
      act === 'edit' && locked.has(message) ? { ok: false, code: 'not-yours' } : OK,
    get draft() {
      return drafts.get('7a') ?? '';
    },
    setDraft: (text: string) => void drafts.set('7a', text),
    drafts: { ...draftsIn(drafts), hold: () => undefined },
  } as Pick<Chat, 'id' | 'messages' | 'idOf' | 'find' | 'may' | 'draft' | 'setDraft' | 'drafts'> as Chat;
  const device = {
    line: line as Device['line'],
    chat: () => chat,
    subscribe: () => () => undefined,
    reuse: (id: string) => Promise.resolve(void reused.push(id)),
  } as Pick<Device, 'line' | 'chat' | 'subscribe' | 'reuse'> as Device;
  const open = new OpenChat(device, '7a');
  return { open, composer: open.composer, drafts, line, locked, renamed, reused, sought };
}

const refused = (intent: Intent & { text: string }): RefusedDraft => ({
  ...{ id: intent.text, room: 'chat/7a', intent, text: intent.text },
  ...{ code: 'not-a-member', when: 0 },
});
const edit = (message: string, text: string) =>
  refused({ act: 'message.edit', message, id: 'e1', at: 0, text });
const answer = (re: string, text: string) => refused({ act: 'message.create', id: 'm5', at: 0, text, re });

test('[R796] an edit of Masha that was refused goes on as an edit, and her draft waits behind it', async () => {
  const { open, composer, reused } = openChat();
  composer.type('Начала писать');
  await open.reuse(edit('m2', 'Встреча в девять'));
  expect(composer.writing).toEqual({ at: 'edit', message: own });
  expect(composer.text).toBe('Встреча в девять');
  expect(reused).toEqual(['Встреча в девять']);
  composer.cancel();
  expect([composer.text, composer.writing.at]).toEqual(['Начала писать', 'new']);
});

test('[R796] a refused edit takes no word of another one that Masha began meanwhile', async () => {
  const { open, composer } = openChat();
  composer.change(own);
  composer.type('Встреча у школы');
  composer.answer(petya);
  await open.reuse(edit('m2', 'Встреча в девять'));
  expect(composer.writing).toEqual({ at: 'edit', message: own });
  expect(composer.text).toBe('Встреча у школы\nВстреча в девять');
});

test('[R796] a refused edit of what is gone, or may not be edited any more, becomes the draft', async () => {
  const { open, composer, locked } = openChat();
  locked.add('m2');
  await open.reuse(edit('m2', 'Встреча в девять'));
  await open.reuse(edit('m7', 'И ложки'));
  expect([composer.text, composer.writing.at]).toEqual(['Встреча в девять\nИ ложки', 'new']);
});

test('[R796] an answer of Masha that was refused answers again what it answered', async () => {
  const { open, composer } = openChat();
  await open.reuse(answer('m1', 'Я понесу'));
  expect([composer.text, composer.writing]).toEqual(['Я понесу', { at: 'reply', message: petya }]);
  await open.reuse(answer('m2', 'Лучше в девять'));
  expect([composer.text, composer.writing]).toEqual([
    'Я понесу\nЛучше в девять',
    { at: 'reply', message: petya },
  ]);
});

test('[R840] what an unfinished answer or edit is about is brought on screen, asked for once without a network and once with one', () => {
  const { open, drafts, line, sought } = openChat();
  drafts.set('7a', 'Я понесу');
  drafts.set('re/7a', 'm0');
  drafts.set('in/7a/m2', 'Встреча в девять');
  drafts.set('in/7a/m4', 'И ложки');
  drafts.set('in/7b/m5', 'Другой чат');
  drafts.set('edit/m6', 'Какого-то чата');
  open.findBegun();
  open.findBegun();
  expect(sought).toEqual(['m0 offline', 'm4 offline']);
  line.at = 'online';
  open.findBegun();
  expect(sought.slice(2)).toEqual(['m0 online', 'm4 online']);
});

test('[R840] a refused answer to a message that is not on screen answers it again', async () => {
  const { open, composer } = openChat();
  await open.reuse(answer('m0', 'Я понесу'));
  expect([composer.text, composer.writing]).toEqual(['Я понесу', { at: 'new', re: 'm0' }]);
});

test('[R852] an edit that Masha has at hand goes on when its message gets its id from a lease', () => {
  const { composer, drafts, renamed } = openChat();
  composer.change(own);
  renamed.set('m2', 'm22');
  drafts.set('in/7a/m22', 'Встреча в девять');
  expect(composer.text).toBe('Встреча в девять');
  composer.type('Встреча в десять');
  expect(drafts.get('in/7a/m22')).toBe('Встреча в десять');
});
