/** The registry of one school: who is what, which chats there are. Ids only: no names, phones, birth dates. */
import type { Matrix } from '../school/may.ts';
import type { Duty, Role } from '../school/roles.ts';

export const REGISTRY_SCHEMA = 1;

export interface Registry {
  schema: number;
  org: { id: string; title: string };
  units: Record<string, Unit>;
  members: Record<string, Member>;
  chats: Record<string, ChatEntry>;
}

export interface Unit {
  kind: 'class' | 'staff-room' | 'department';
  title: string;
}

export interface Member {
  role: Role;
  duties: Record<string, Duty>;
}

export interface ChatEntry {
  title: string;
  unit: string | null;
  audience: Record<string, true>;
  people: Record<string, true>;
  matrix: Matrix;
  /** Whoever joins from now on reads what is written from then on; missing: everything. */
  hidesHistory?: true;
}

/** What one person's device may know of the registry, with the names that its owner may see. JSON. */
export interface Projection {
  /** Sequence of the registry's room that this shows. */
  seq: number;
  org: { id: string; title: string };
  me: { id: string; role: Role; duties: Record<string, Duty> };
  units: Record<string, Unit>;
  people: Record<string, PersonCard>;
  /** Chats that the person may read. */
  chats: Record<string, ReadChat>;
  /** For administrators and class teachers: the titled chats that they are not in, and whose rights they set all the same. */
  governed?: Record<string, GovernedChat>;
}

export interface ReadChat extends ChatEntry {
  members: number;
  /** The first segment that the person may read; missing: all. */
  first?: number;
}

export interface GovernedChat {
  title: string;
  /** Missing in a projection that an older relay sent. */
  unit?: string | null;
  members: number;
  matrix: Matrix;
  hidesHistory?: true;
}

export interface PersonCard {
  /** Surname, name and patronymic as lists show it. */
  name: string;
  role: Role;
  duties: Record<string, Duty>;
}
