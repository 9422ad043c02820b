/** Who wrote a message, as its bubble says it. */
import { m } from '#lib/paraglide/messages.js';
import { live } from '#lib/replica/live.svelte.ts';
import type { Device } from '#lib/replica/types.ts';
import { spokenName } from '#lib/words/names.ts';
import { standingWord } from '#lib/words/roles.ts';
import { isStaff } from '#shared/school/roles.ts';

export interface Author {
  name: string;
  spoken: string;
  /** A small word for those who are not pupils among pupils. */
  word: string | undefined;
  staff: boolean;
}

export class Authors {
  readonly #device: Device;
  readonly #chat: string;
  readonly #follow: ReturnType<typeof live>;
  // A new projection begins a new cache: a thousand messages have thirty authors.
  readonly #known: Map<string, Author> = $derived.by(() => this.#follow(() => new Map()));

  constructor(device: Device, chat: string) {
    this.#device = device;
    this.#chat = chat;
    this.#follow = live(device, ['projection']);
  }

  readonly of = (person: string): Author => {
    const known = this.#known.get(person);
    if (known) return known;
    const author = this.#make(person);
    this.#known.set(person, author);
    return author;
  };

  #make(person: string): Author {
    const card = this.#device.who(person);
    if (!card) return { name: '', spoken: m.someone(), word: undefined, staff: false };
    const { projection } = this.#device;
    const unit = projection?.chats[this.#chat]?.unit ?? null;
    const standing = { person, role: card.role, duties: card.duties };
    return {
      name: card.name,
      spoken: spokenName(card.name, card.role),
      word: card.role === 'student' ? undefined : standingWord(standing, unit, projection?.units ?? {}),
      staff: isStaff(card.role),
    };
  }
}
