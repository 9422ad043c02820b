// What a school of the browser rows holds, and how the program that serves it is asked.

export type SchoolPlan =
  /** The demo school: its size, its people, its talk. */
  | { readonly kind: 'demo' }
  /** The small school with chats of Masha, Petya and Anna Petrovna beside its own. */
  | { readonly kind: 'chats'; readonly chats: number; readonly messages: number };

export interface ProgramOptions {
  readonly data: string;
  readonly port: number;
  readonly origin: string;
  readonly otherOrigins: readonly string[];
  readonly build: string;
  readonly plan: SchoolPlan;
}

export type Question =
  | { readonly ask: 'link'; readonly person: string }
  /** So many more messages, spread over all chats of the plan, while nobody is connected. */
  | { readonly ask: 'more'; readonly messages: number }
  /** Every segment of a chat, as a file that the bench's page reads. */
  | { readonly ask: 'segments'; readonly chat: string; readonly file: string };

export interface Ready {
  readonly cast: Readonly<Record<string, string>>;
}

export const chatOfPlan = (index: number): string => `bench${index}`;
export const titleOfPlan = (index: number): string => `Кружок ${index + 1}`;
