import { describe, expect, test } from 'vitest';
import type { Chat, MessageView, Verdict } from '#lib/replica/types.ts';
import { Composer } from './composer.svelte.ts';

const OK: Verdict = { ok: true, id: 'm9' };

/** The device's side of a chat, as far as a composer asks it: it keeps a draft and answers as told. */
function deskOf(answer: () => Promise<Verdict>) {
  const said: string[] = [];
  let draft = '';
  const chat = {
    say: (text: string, re?: string) => {
      said.push(re ? `${re}< ${text}` : text);
      return answer();
    },
    edit: (message: string, text: string) => {
      said.push(`${message}= ${text}`);
      return answer();
    },
    setDraft: (text: string) => {
      draft = text;
    },
  } as Pick<Chat, 'say' | 'edit' | 'setDraft'> as Chat;
  return { said, draft: () => draft, composer: new Composer(chat, () => draft) };
}
const petya = { id: 'm1', by: 'petya', text: 'Когда сдаём?', mine: false } as MessageView;
const own = { id: 'm2', by: 'masha', text: 'Завтра', mine: true } as MessageView;

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
    expect(draft()).toBe('Второе');
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

  test('[R464] empty and too long words are not sent', async () => {
    const { composer, said } = deskOf(() => Promise.resolve(OK));
    composer.type('   ');
    expect(await composer.send()).toBe(false);
    composer.type('я'.repeat(4_097));
    expect(composer.excess).toBe(1);
    expect(await composer.send()).toBe(false);
    expect(said).toEqual([]);
  });
});
