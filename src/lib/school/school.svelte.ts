/** The school as this person's device knows it: units, people, chats. Reads the projection, changes nothing. */
import { live } from '#lib/replica/live.svelte.ts';
import type { Device } from '#lib/replica/types.ts';
import { matcher } from '#lib/words/fold.ts';
import { byName, lettersOf } from '#lib/words/names.ts';
import { standingWord } from '#lib/words/roles.ts';
import { DUTIES_OF_LEADS, groupsFor, maySetDuty } from '#shared/registry/rights.ts';
import type { GovernedChat, Projection, Unit } from '#shared/registry/shape.ts';
import { type Group, leads, MATRIX_KEYS, type Matrix } from '#shared/school/may.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import { type Duty, dutyIn, isStaff, type Standing } from '#shared/school/roles.ts';
import { changeOf } from './refused-rights.ts';

export interface SchoolPerson {
  id: string;
  name: string;
  letters: string;
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
  unit: string | null;
}

export interface RefusedChange {
  id: string;
  /** The act in the school's words. */
  says: string[];
  code: RefusalCode;
  /** Where it can be decided anew; undefined for those who no longer may. */
  href: string | undefined;
}

/** A duty that this person may give or take: in a unit of theirs, one that fits the other's role. */
export interface DutyChoice {
  unit: string;
  title: string;
  to: readonly (Duty | undefined)[];
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

  /** Changes of this person that were not taken; each stays here until they let go of it. */
  get refused(): RefusedChange[] {
    return this.#follow(() =>
      this.#device.refused().flatMap(({ id, intent, code }) => {
        const says = changeOf(intent, this.#device.projection);
        if (!says) return [];
        const isOfChat = intent.act === 'matrix.set' || intent.act === 'history.set';
        const person = 'person' in intent ? intent.person : '';
        const open = isOfChat ? this.governs(intent.chat) : this.mayChange(person);
        const page = isOfChat ? `/school/chats/${intent.chat}` : `/school/people/${person}`;
        return [{ id, says, code, href: open ? page : undefined }];
      }),
    );
  }

  async letGo({ id }: RefusedChange): Promise<void> {
    await this.#device.dismiss(id);
  }

  get me(): Standing | undefined {
    const { projection } = this;
    return projection && { person: projection.me.id, ...projection.me };
  }

  /** Whether this person sets any right of a chat. */
  governs(chat: string): boolean {
    const entry = this.#chat(chat);
    if (!entry) return false;
    const { unit = null, matrix } = entry;
    return MATRIX_KEYS.some((key) => groupsFor(this.me, unit, key, matrix).length > 0);
  }

  /** The groups that this person may give a right of a chat to, from where it stands; empty: not theirs to change. */
  groupsFor(unit: string | null, key: keyof Matrix, from: Matrix): Group[] {
    return groupsFor(this.me, unit, key, from);
  }

  /** Whether this person changes anything of another: the role, or a duty in a unit of theirs. */
  mayChange(person: string): boolean {
    return this.isAdmin || this.dutiesFor(person).length > 0;
  }

  dutiesFor(person: string): DutyChoice[] {
    const { me, projection } = this;
    const card = projection?.people[person];
    if (!me || !card || me.role === 'admin') return [];
    return Object.keys(me.duties).flatMap((unit) => {
      if (!leads(me, unit)) return [];
      const from = card.duties[unit];
      // A pupil has one class at most: whoever learns elsewhere is let go there first.
      const isElsewhere = Object.entries(card.duties).some(
        ([other, duty]) => other !== unit && duty === 'student' && projection.units[other]?.kind === 'class',
      );
      const options: (Duty | undefined)[] = [undefined, ...DUTIES_OF_LEADS];
      const to = options.filter(
        (duty) =>
          !(duty === 'student' && isElsewhere) &&
          maySetDuty(me, { person, role: card.role, unit, from, to: duty }).ok,
      );
      return to.some((duty) => duty !== from)
        ? [{ unit, title: projection.units[unit]?.title ?? unit, to }]
        : [];
    });
  }

  /** Whether there is anything that this person changes here. */
  get changesSomething(): boolean {
    const { me } = this;
    return (
      me !== undefined && (me.role === 'admin' || Object.keys(me.duties).some((unit) => leads(me, unit)))
    );
  }

  #chat(chat: string): Pick<GovernedChat, 'title' | 'unit' | 'matrix'> | undefined {
    const { chats = {}, governed = {} } = this.projection ?? {};
    return chats[chat] ?? governed[chat];
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
        letters: lettersOf(card.name, card.role),
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
      .filter(([id, chat]) => chat.title !== '' && this.governs(id))
      .map(([id, chat]) => ({ id, title: chat.title, members: chat.members, unit: chat.unit ?? null }))
      .sort((a, b) => byName(a.title, b.title));
  }
}
