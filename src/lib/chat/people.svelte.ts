/** Who is in a chat and what the chat lets whom do, from the projection this device holds. */
import { live } from '#lib/replica/live.svelte.ts';
import type { Device } from '#lib/replica/types.ts';
import { byName, lettersOf } from '#lib/words/names.ts';
import { isClass, standingWord } from '#lib/words/roles.ts';
import type { PersonCard } from '#shared/registry/shape.ts';
import { isIn, type Matrix } from '#shared/school/may.ts';
import { isStaff } from '#shared/school/roles.ts';
import { placeOf } from './place.ts';

export interface ChatPerson {
  id: string;
  name: string;
  letters: string;
  word: string;
  staff: boolean;
  me: boolean;
}

export class ChatPeople {
  readonly #device: Device;
  readonly #follow: ReturnType<typeof live>;
  readonly #chat: string;
  readonly members: ChatPerson[] = $derived.by(() => this.#members());

  constructor(device: Device, chat: string) {
    this.#device = device;
    this.#chat = chat;
    this.#follow = live(device, ['projection']);
  }

  get matrix(): Matrix | undefined {
    return this.#follow(() => this.#device.projection?.chats[this.#chat]?.matrix);
  }

  /** How many there are; the list may be shorter, when the rules hide some from this person. */
  get count(): number {
    return this.#follow(() => this.#device.projection?.chats[this.#chat]?.members ?? 0);
  }

  /** Whether a class teacher leads here. */
  get ofClass(): boolean {
    return this.#follow(() => {
      const { projection } = this.#device;
      return isClass(projection?.chats[this.#chat]?.unit, projection?.units);
    });
  }

  get mayAdminister(): boolean {
    return this.#follow(() => this.#device.projection?.me.role === 'admin');
  }

  #members(): ChatPerson[] {
    return this.#follow(() => {
      const projection = this.#device.projection;
      const entry = projection?.chats[this.#chat];
      if (!projection || !entry) return [];
      const place = placeOf(entry);
      const listed = ([id, card]: [string, PersonCard]): ChatPerson[] => {
        const who = { person: id, role: card.role, duties: card.duties };
        if (!isIn(who, place)) return [];
        const word = standingWord(who, entry.unit, projection.units);
        return [
          {
            id,
            name: card.name,
            letters: lettersOf(card.name, card.role),
            word,
            staff: isStaff(card.role),
            me: id === this.#device.person,
          },
        ];
      };
      return Object.entries(projection.people)
        .flatMap(listed)
        .sort((a, b) => Number(b.staff) - Number(a.staff) || byName(a.name, b.name));
    });
  }
}
