/** The documents of the person's chats, as a list. */
import { m } from '#lib/paraglide/messages.js';
import { live } from '#lib/replica/live.svelte.ts';
import type { Device } from '#lib/replica/types.ts';
import { matcher } from '#lib/words/fold.ts';
import { language } from '#lib/words/language.ts';
import { now } from '#lib/words/now.svelte.ts';
import { listTime } from '#lib/words/time.ts';
import { titleOf } from './chat-list.svelte.ts';
import { listPapers } from './list-papers.ts';

export interface ListedPaper {
  id: string;
  title: string;
  chat: string;
  time: string;
}

export class Papers {
  readonly #device: Device;
  readonly #follow: ReturnType<typeof live>;
  #query = $state('');
  readonly #all: ListedPaper[] = $derived.by(() => this.#listed());
  readonly papers: ListedPaper[] = $derived.by(() => {
    if (!this.#query.trim()) return this.#all;
    const matches = matcher(this.#query);
    return this.#all.filter((paper) => matches(`${paper.title} ${paper.chat}`));
  });

  constructor(device: Device) {
    this.#device = device;
    this.#follow = live(device, ['chats', 'projection', 'papers']);
  }

  /** While the list is on screen it follows the school: made anew whenever the line comes up. */
  follow(): () => void {
    let wasOnline = false;
    const ask = () => {
      const isOnline = this.#device.line.at === 'online';
      if (isOnline && !wasOnline) listPapers(this.#device).catch(reportError);
      wasOnline = isOnline;
    };
    ask();
    return this.#device.subscribe((topic) => {
      if (topic === 'line') ask();
    });
  }

  get query(): string {
    return this.#query;
  }

  search(query: string): void {
    this.#query = query;
  }

  #listed(): ListedPaper[] {
    const present = now();
    return this.#follow(() => {
      const chats = new Map(this.#device.chats().map((row) => [row.id, titleOf(this.#device, row)]));
      return this.#device.papers().map((paper) => ({
        id: paper.id,
        title: paper.title || m.paper_untitled(),
        chat: paper.left ? m.papers_left() : (chats.get(paper.chat) ?? ''),
        time: listTime(paper.at, present, language()),
      }));
    });
  }
}
