import { describe, expect, test } from 'vitest';
import type { Chat, MessageView, Verdict } from '#lib/replica/types.ts';
import { Composer } from './composer.svelte.ts';
import { draftsIn } from './draft-map.ts';

const OK: Verdict = { ok: true, id: 'm9' };
const GONE: Verdict = { ok: false, code: 'message-is-gone' };

/** The device's side of a chat, as far as a composer asks it: it keeps a draft and answers as told. */
function deskOf(answer: () => Promise<Verdict>) {
  const said: string[] = [];
  const held: string[] = [];
  const drafts = new Map<string, string>();
  const gone = new Set<string>();
  const unloaded = new Set<string>();
  const chat = {
    id: '7a',
    say: (text: string, re?: string) => {
      said.push(re ? `${re}< ${text}` : text);
      return answer();
    },
    edit: (message: string, text: string) => {
      said.push(`${message}= ${text}`);
      return answer();
    },
    isGone: (message: string) => gone.has(message),
    may: (_act, message = '') => (gone.has(message) ? GONE : OK),
    get draft() {
      return drafts.get('7a') ?? '';
    },
    setDraft: (text: string) => void drafts.set('7a', text),
    drafts: {
      ...draftsIn(drafts),
      hold: (name) => void held.push(`${name}: ${drafts.get(name)} (said: ${said.length})`),
    },
  } as Pick<Chat, 'id' | 'say' | 'edit' | 'isGone' | 'may' | 'draft' | 'setDraft' | 'drafts'> as Chat;
  const shown = [petya, own, other];
  const open = () =>
    new Composer(
      chat,
      (read) => read(),
      (id) => shown.find((message) => message.id === id && !gone.has(id) && !unloaded.has(id)),
    );
  return { said, held, gone, unloaded, drafts, draft: () => chat.draft, open, composer: open() };
}
const petya = { id: 'm1', by: 'petya', text: 'Когда сдаём?', mine: false } as MessageView;
const own = { id: 'm2', by: 'masha', text: 'Завтра', mine: true } as MessageView;
const other = { id: 'm3', by: 'masha', text: 'В девять', mine: true } as MessageView;

describe('what Masha writes', () => {
  test('[R462] words leave the composer when they are sent, and the kept draft with them', async () => {
    const { composer, said, draft } = deskOf(() => Promise.resolve(OK));
    composer.type('Я приду ');
    expect(draft()).toBe('Я приду ');
    expect(await composer.send()).toBe(true);
    expect(said).toEqual(['Я приду']);
    expect(composer.text).toBe('');
    expect(draft()).toBe('');
  });

  test('[R495] what another device began shows under the draft, and is one with it once she writes on', () => {
    const { composer, open, held, drafts } = deskOf(() => Promise.resolve(OK));
    drafts.set('7a', 'Завтра не приду');
    drafts.set('on/7a/0', 'Мы с мамой уезжаем');
    drafts.set('on/7b/0', 'Другой чат');
    expect(composer.text).toBe('Завтра не приду\nМы с мамой уезжаем');
    composer.type(`${composer.text}!`);
    expect(composer.text).toBe('Завтра не приду\nМы с мамой уезжаем!');
    expect(held).toEqual(['7a: Завтра не приду\nМы с мамой уезжаем! (said: 0)']);
    expect([drafts.get('on/7a/0'), drafts.get('on/7b/0')]).toEqual(['', 'Другой чат']);
    expect(open().text).toBe('Завтра не приду\nМы с мамой уезжаем!');
  });

  test('[R495] what comes from another device under her hands waits until she has sent', async () => {
    const { composer, said, drafts } = deskOf(() => Promise.resolve(OK));
    composer.type('Завтра');
    drafts.set('on/7a/0', 'Мы с мамой уезжаем');
    composer.type('Завтра не приду');
    expect(composer.text).toBe('Завтра не приду');
    await composer.send();
    expect(composer.text).toBe('Мы с мамой уезжаем');
    await composer.send();
    expect(said).toEqual(['Завтра не приду', 'Мы с мамой уезжаем']);
    expect([composer.text, drafts.get('on/7a/0')]).toEqual(['', '']);
  });

  test('[R850] words that stand beside the draft and in it show once, and go when they are sent', async () => {
    const { composer, drafts, open } = deskOf(() => Promise.resolve(OK));
    drafts.set('7a', 'Завтра приду');
    drafts.set('on/7a/0', 'Завтра');
    drafts.set('on/7a/1', 'Мы уезжаем');
    expect(open().text).toBe('Завтра приду\nМы уезжаем');
    composer.type('Завтра приду!');
    drafts.set('on/7a/0', 'Завтра приду');
    drafts.set('on/7a/1', 'Мы уезжаем');
    await composer.send();
    expect([composer.text, drafts.get('on/7a/0')]).toEqual(['Мы уезжаем', '']);
  });

  test('[R851] a draft that was sent from another device leaves the composer here, with what it answered', () => {
    const { composer, drafts } = deskOf(() => Promise.resolve(OK));
    composer.answer(petya);
    composer.type('В пятницу');
    drafts.set('7a', '').set('re/7a', '');
    expect([composer.text, composer.writing]).toEqual(['', { at: 'new' }]);
    composer.type('И в субботу');
    expect([composer.text, drafts.get('7a')]).toEqual(['И в субботу', 'И в субботу']);
  });

  test('[R851] what another device makes of the draft shows here, after words were sent or cleared too', async () => {
    const { composer, drafts } = deskOf(() => Promise.resolve(OK));
    composer.type('Мы с мамой');
    drafts.set('7a', 'Мы с мамой уезжаем').set('on/7a/0', 'Завтра');
    expect(composer.text).toBe('Мы с мамой уезжаем\nЗавтра');
    composer.type(`${composer.text}!`);
    expect([drafts.get('7a'), drafts.get('on/7a/0')]).toEqual(['Мы с мамой уезжаем\nЗавтра!', '']);
    await composer.send();
    drafts.set('7a', 'Ещё');
    expect(composer.text).toBe('Ещё');
    composer.type('');
    drafts.set('7a', 'И ещё');
    expect(composer.text).toBe('И ещё');
  });

  test('[R851] words on their way to the disk do not come back into the composer', async () => {
    let answer = (_: Verdict): void => undefined;
    const { composer } = deskOf(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    composer.type('Я приду');
    const sent = composer.send();
    expect(composer.text).toBe('');
    composer.type('И Петя');
    composer.type('');
    expect(composer.text).toBe('');
    composer.type('И Оля');
    answer(OK);
    await sent;
    expect(composer.text).toBe('И Оля');
  });

  test('[R788] words are held before they leave the composer, those of an edit too', async () => {
    const { composer, held } = deskOf(() => Promise.resolve(OK));
    composer.type('Я приду');
    await composer.send();
    composer.change(own);
    composer.type('Послезавтра');
    await composer.send();
    expect(held).toEqual(['7a: Я приду (said: 0)', 'in/7a/m2: Послезавтра (said: 1)']);
  });

  test('[R787] the same words, typed again while the first are on their way to the disk, are kept anew', async () => {
    let keep = (_: Verdict): void => undefined;
    const { composer, draft, drafts } = deskOf(
      () =>
        new Promise((resolve) => {
          keep = resolve;
        }),
    );
    composer.type('Да');
    const sent = composer.send();
    composer.type('Да');
    // Words that became a message leave the disk with that step.
    drafts.delete('7a');
    keep(OK);
    await sent;
    expect([composer.text, draft()]).toEqual(['Да', 'Да']);
  });

  test('[R462] words that the device could not keep come back, before what was typed meanwhile', async () => {
    let refuse = (_: Verdict): void => undefined;
    const { composer, draft } = deskOf(
      () =>
        new Promise((resolve) => {
          refuse = resolve;
        }),
    );
    composer.answer(petya);
    composer.type('Первое');
    const sent = composer.send();
    composer.type('Второе');
    refuse({ ok: false, code: 'storage-full' });
    expect(await sent).toBe(false);
    expect(composer.text).toBe('Первое\nВторое');
    expect(composer.writing).toEqual({ at: 'reply', message: petya });
    expect(composer.refusal?.code).toBe('storage-full');
    expect(draft()).toBe('Первое\nВторое');
  });

  test('[R463] a draft that was begun comes back after an edit, sent or given up', async () => {
    const { composer, said, draft } = deskOf(() => Promise.resolve(OK));
    composer.type('Начала писать');
    composer.change(own);
    composer.type('Послезавтра');
    expect(draft()).toBe('Начала писать');
    await composer.send();
    expect(said).toEqual(['m2= Послезавтра']);
    expect(composer.text).toBe('Начала писать');
    composer.change(own);
    composer.cancel();
    expect(composer.text).toBe('Начала писать');
  });

  test('[R463] a refused text goes back behind what is being written', () => {
    const { composer } = deskOf(() => Promise.resolve(OK));
    composer.type('Сейчас');
    composer.takeBack('Отклонённое');
    expect(composer.text).toBe('Сейчас\nОтклонённое');
  });

  test('[R797] a message that she withdraws comes back as the edit has it that she had begun of it', () => {
    for (const atHand of [true, false]) {
      const { composer, open, gone } = deskOf(() => Promise.resolve(OK));
      composer.type('Начала писать');
      composer.change(own);
      composer.type('Послезавтра в девять');
      if (!atHand) composer.answer(petya);
      gone.add('m2');
      composer.withdraw(own);
      expect(composer.writing.at).toBe(atHand ? 'new' : 'reply');
      expect(composer.text).toBe('Начала писать\nПослезавтра в девять');
      expect(open().unfinished).toMatchObject([{ of: undefined, text: composer.text }]);
    }
  });

  test('[R798] words that answer a message that she withdraws answer nothing, here and in another tab', async () => {
    const { composer, open, gone, said } = deskOf(() => Promise.resolve(OK));
    const tab = deskOf(() => Promise.resolve(OK));
    composer.answer(own);
    composer.type('Или послезавтра');
    tab.composer.answer(own);
    tab.composer.type('Или в пятницу');
    gone.add('m2');
    tab.gone.add('m2');
    composer.withdraw(own);
    expect([composer.text, composer.writing]).toEqual(['Или послезавтра\nЗавтра', { at: 'new' }]);
    await composer.send();
    await tab.composer.send();
    expect([...said, ...tab.said]).toEqual(['Или послезавтра\nЗавтра', 'Или в пятницу']);
    expect(open().writing).toEqual({ at: 'new' });
  });

  test('[R469] all that she began in a chat can be looked at, and let go of one by one', () => {
    const { composer, open, draft } = deskOf(() => Promise.resolve(OK));
    composer.answer(petya);
    composer.type('Сдаём в пятницу');
    composer.change(own);
    composer.type('Послезавтра');
    const { unfinished } = open();
    expect(unfinished).toMatchObject([
      { of: undefined, text: 'Сдаём в пятницу' },
      { of: own.id, text: 'Послезавтра' },
    ]);
    unfinished[1]?.drop();
    expect(open().unfinished).toMatchObject([{ of: undefined, text: 'Сдаём в пятницу' }]);
    unfinished[0]?.drop();
    expect(draft()).toBe('');
    const later = open();
    expect(later.unfinished).toEqual([]);
    expect(later.writing).toEqual({ at: 'new' });
  });

  test('[R464] empty and too long words are not sent', async () => {
    const { composer, said } = deskOf(() => Promise.resolve(OK));
    composer.type('   ');
    expect(await composer.send()).toBe(false);
    composer.type('я'.repeat(4_097));
    expect(composer.excess).toBe(1);
    expect(await composer.send()).toBe(false);
    expect(said).toEqual([]);
  });

  test('[R841] words that nobody can see are not sent, neither new nor in place of seen ones', async () => {
    const { composer, said } = deskOf(() => Promise.resolve(OK));
    for (const unseen of ['\u200b\u200b', '\u00ad', '\u2800', '\u3164', '\u202e \u202c']) {
      composer.type(unseen);
      expect([composer.ready, await composer.send()]).toEqual([false, false]);
    }
    composer.change(own);
    composer.type('\u200b');
    expect(await composer.send()).toBe(false);
    composer.type('\u200bДа');
    expect(await composer.send()).toBe(true);
    expect(said).toEqual(['m2= \u200bДа']);
  });

  test('[R853] words that nobody can see are nothing that was begun', () => {
    const { composer, open } = deskOf(() => Promise.resolve(OK));
    composer.type('\u200b \u2800');
    expect(open().unfinished).toEqual([]);
    composer.type('\u200bДа');
    expect(open().unfinished).toMatchObject([{ text: '\u200bДа' }]);
  });

  test('[R492] an edit that was left goes on: another answer, another edit, another page take nothing of it', async () => {
    const { composer, open, said } = deskOf(() => Promise.resolve(OK));
    composer.change(own);
    composer.type('Послезавтра');
    composer.change(other);
    composer.type('В десять');
    composer.answer(petya);
    expect(composer.text).toBe('');
    composer.type('Сдаём');
    const again = open();
    expect([again.text, again.writing.at]).toEqual(['Послезавтра', 'edit']);
    await composer.send();
    expect([composer.text, composer.writing]).toEqual(['Послезавтра', { at: 'edit', message: own }]);
    await composer.send();
    expect(composer.text).toBe('В десять');
    composer.cancel();
    expect(composer.text).toBe('');
    expect(said).toEqual(['m1< Сдаём', 'm2= Послезавтра']);
    expect(open().writing.at).toBe('new');
  });

  test('[R492] an answer that was begun is an answer on the next page too', async () => {
    const { composer, open, said } = deskOf(() => Promise.resolve(OK));
    composer.answer(petya);
    composer.type('В пятн');
    const again = open();
    expect(again.writing).toEqual({ at: 'reply', message: petya });
    again.type('В пятницу');
    await again.send();
    expect(said).toEqual(['m1< В пятницу']);
    expect(open().writing.at).toBe('new');
  });

  test('[R840] an answer to a message that is not on screen yet answers it, and nothing that she writes later does', async () => {
    const { composer, open, said, unloaded } = deskOf(() => Promise.resolve(OK));
    composer.answer(petya);
    composer.type('В пятн');
    unloaded.add('m1');
    const again = open();
    expect(again.elsewhere).toEqual(['m1']);
    again.type('В пятницу');
    const sent = again.send();
    again.type('Совсем о другом');
    await Promise.all([sent, again.send()]);
    unloaded.delete('m1');
    const later = open();
    expect([later.writing, later.elsewhere]).toEqual([{ at: 'new' }, []]);
    later.type('И о третьем');
    await later.send();
    expect(said).toEqual(['m1< В пятницу', 'Совсем о другом', 'И о третьем']);
  });

  test('[R840] the message that she answers comes on screen while she writes, or is found to be gone', async () => {
    const { composer, open, said, gone, unloaded } = deskOf(() => Promise.resolve(OK));
    composer.answer(petya);
    composer.type('В пятн');
    unloaded.add('m1');
    const [again, other] = [open(), open()];
    again.type('В пятницу');
    other.type('В субботу');
    unloaded.delete('m1');
    expect(again.writing).toEqual({ at: 'reply', message: petya });
    gone.add('m1');
    await other.send();
    expect(said).toEqual(['В субботу']);
  });

  test('[R840] whoever wrote no word of an answer answers nothing that is not on screen', async () => {
    const { composer, open, said, unloaded } = deskOf(() => Promise.resolve(OK));
    composer.answer(petya);
    unloaded.add('m1');
    const later = open();
    expect([later.writing, later.elsewhere]).toEqual([{ at: 'new' }, []]);
    later.type('Совсем о другом');
    await later.send();
    expect(said).toEqual(['Совсем о другом']);
    unloaded.delete('m1');
    expect(open().writing).toEqual({ at: 'new' });
  });

  test('[R840] a draft that answers a message answers it after an edit too', async () => {
    const { composer, said } = deskOf(() => Promise.resolve(OK));
    for (const end of [() => composer.send(), () => composer.cancel()]) {
      composer.answer(petya);
      composer.type('В пятницу');
      composer.change(own);
      composer.type('Послезавтра');
      await end();
      expect([composer.text, composer.writing]).toEqual(['В пятницу', { at: 'reply', message: petya }]);
      await composer.send();
    }
    expect(said).toEqual(['m2= Послезавтра', 'm1< В пятницу', 'm1< В пятницу']);
  });

  test('[R743] a withdrawn answer answers again, though its message is not on screen', async () => {
    const { composer, said, gone, unloaded } = deskOf(() => Promise.resolve(OK));
    unloaded.add('m1');
    gone.add('m2');
    composer.withdraw({ ...own, re: 'm1' });
    await composer.send();
    expect(said).toEqual(['m1< Завтра']);
    expect(composer.elsewhere).toEqual([]);
  });

  test('[R492] words for a message that was deleted meanwhile become the draft', async () => {
    const { composer, open, gone, draft } = deskOf(() => Promise.resolve(GONE));
    composer.type('Начала писать');
    composer.change(own);
    composer.type('Послезавтра');
    gone.add('m2');
    composer.rescue();
    expect(composer.writing.at).toBe('edit');
    const again = open();
    again.rescue();
    expect(again.text).toBe('Начала писать\nПослезавтра');
    expect(await composer.send()).toBe(false);
    expect(composer.writing.at).toBe('new');
    expect(composer.refusal?.code).toBe('message-is-gone');
    expect(draft()).toContain('Послезавтра');
    expect(open().writing.at).toBe('new');
  });

  test('[R492] what was typed while an edit was on its way to the disk stays when the edit comes back', async () => {
    let refuse = (_: Verdict): void => undefined;
    const { composer } = deskOf(
      () =>
        new Promise((resolve) => {
          refuse = resolve;
        }),
    );
    composer.change(own);
    composer.type('Послезавтра');
    const sent = composer.send();
    composer.type('Новое');
    refuse({ ok: false, code: 'storage-full' });
    await sent;
    expect(composer.text).toBe('Послезавтра');
    composer.cancel();
    expect(composer.text).toBe('Новое');
  });

  test('[R740] where the chat is no longer hers an edit that she began is in sight, though its message is not', () => {
    const desk = deskOf(() => Promise.resolve(OK));
    desk.composer.change(own);
    desk.composer.type('Послезавтра');
    desk.gone.add('m2');
    const later = desk.open();
    expect(later.unfinished).toMatchObject([{ of: 'm2', text: 'Послезавтра' }]);
    later.unfinished[0]?.drop();
    expect(desk.open().unfinished).toEqual([]);
  });

  test('[R492] an edit that an earlier app began goes on, and is kept once', () => {
    const { composer, drafts, open } = deskOf(() => Promise.resolve(OK));
    drafts.set('edit/m2', 'После');
    expect(composer.writing).toEqual({ at: 'edit', message: own });
    composer.type('Послезавтра');
    expect(open().text).toBe('Послезавтра');
    open().cancel();
    expect([...drafts.values()].filter(Boolean)).toEqual([]);
  });
});
