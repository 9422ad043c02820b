/** The school as this person's device knows it: units, people, chats. Reads the projection, changes nothing. */
import { m } from '#lib/paraglide/messages.js';
import { live } from '#lib/replica/live.svelte.ts';
import type { Device } from '#lib/replica/types.ts';
import { matcher } from '#lib/words/fold.ts';
import { byName } from '#lib/words/names.ts';
import { standingWord } from '#lib/words/roles.ts';
import type { Projection, Unit } from '#shared/registry/shape.ts';
import { dutyIn, isStaff } from '#shared/school/roles.ts';

export interface SchoolPerson {
  id: string;
  name: string;
  word: string;
  staff: boolean;
}
export interface SchoolUnit {
  id: string;
  title: string;
  kind: Unit['kind'];
  /** How many people of it this device may know. */
  people: number;
  mine: boolean;
}
export interface SchoolChat {
  id: string;
  title: string;
  members: number;
}

export interface RefusedChange {
  id: string;
  title: string;
  href: string;
}

/** Rows drawn at once: a school has thousands of people, a screen does not. */
const SHOWN_MAX = 200;

export class School {
  readonly #device: Device;
  readonly #follow: ReturnType<typeof live>;
  #query = $state('');
  #unit = $state<string>();

  readonly #people: SchoolPerson[] = $derived.by(() => this.#withWords());
  readonly units: SchoolUnit[] = $derived.by(() => this.#units());
  readonly chats: SchoolChat[] = $derived.by(() => this.#chats());
  /** Chats whose title matches the search. */
  readonly foundChats: SchoolChat[] = $derived.by(() => {
    if (!this.#query.trim()) return this.chats;
    const matches = matcher(this.#query);
    return this.chats.filter(({ title }) => matches(title));
  });
  /** People who match the search and the chosen unit. */
  readonly found: SchoolPerson[] = $derived.by(() => {
    const inUnit = this.#people.filter(({ id }) => this.#isInUnit(id));
    if (!this.#query.trim()) return inUnit;
    const matches = matcher(this.#query);
    return inUnit.filter(({ name, word }) => matches(`${name} ${word}`));
  });
  readonly shown: SchoolPerson[] = $derived(this.found.slice(0, SHOWN_MAX));

  constructor(device: Device) {
    this.#device = device;
    this.#follow = live(device, ['projection', 'refused']);
  }

  get projection(): Projection | undefined {
    return this.#follow(() => this.#device.projection);
  }

  /** Changes of this administrator that were not taken, and the page where each is decided anew. */
  get refused(): RefusedChange[] {
    return this.#follow(() =>
      this.#device.refused().flatMap(({ id, intent }) => {
        const { people = {}, chats = {}, governed = {} } = this.#device.projection ?? {};
        if (intent.act === 'role.set') {
          const title = people[intent.person]?.name ?? m.someone();
          return [{ id, title, href: `/school/people/${intent.person}` }];
        }
        if (intent.act !== 'matrix.set') return [];
        const title = (chats[intent.chat] ?? governed[intent.chat])?.title || m.chat_untitled();
        return [{ id, title, href: `/school/chats/${intent.chat}` }];
      }),
    );
  }

  get title(): string {
    return this.projection?.org.title ?? '';
  }

  get isAdmin(): boolean {
    return this.projection?.me.role === 'admin';
  }

  get query(): string {
    return this.#query;
  }

  get unit(): string | undefined {
    return this.#unit;
  }

  search(query: string): void {
    this.#query = query;
  }

  /** Shows the people of one unit, or of the whole school. */
  choose(unit: string | undefined): void {
    this.#unit = unit;
  }

  #isInUnit(person: string): boolean {
    if (this.#unit === undefined) return true;
    const card = this.projection?.people[person];
    return card !== undefined && dutyIn({ person, ...card }, this.#unit) !== undefined;
  }

  #withWords(): SchoolPerson[] {
    const { projection } = this;
    if (!projection) return [];
    return Object.entries(projection.people)
      .map(([id, card]) => ({
        id,
        name: card.name,
        word: standingWord({ person: id, role: card.role, duties: card.duties }, null, projection.units),
        staff: isStaff(card.role),
      }))
      .sort((a, b) => byName(a.name, b.name));
  }

  #units(): SchoolUnit[] {
    const { projection } = this;
    if (!projection) return [];
    const counts = new Map<string, number>();
    for (const card of Object.values(projection.people))
      for (const unit of Object.keys(card.duties)) counts.set(unit, (counts.get(unit) ?? 0) + 1);
    const me = { person: projection.me.id, ...projection.me };
    return Object.entries(projection.units)
      .map(([id, { title, kind }]) => ({
        id,
        title,
        kind,
        people: counts.get(id) ?? 0,
        mine: dutyIn(me, id) !== undefined,
      }))
      .sort((a, b) => byName(a.title, b.title));
  }

  #chats(): SchoolChat[] {
    const { chats, governed } = this.projection ?? {};
    return Object.entries({ ...governed, ...chats })
      .filter(([, chat]) => chat.title !== '')
      .map(([id, chat]) => ({ id, title: chat.title, members: chat.members }))
      .sort((a, b) => byName(a.title, b.title));
  }
}
