/** How far this device holds and its person has read the chats, told to the relay at most once a second. */
import { chatRoom } from '#shared/school/names.ts';
import type { Frame } from '#shared/wire/frames.ts';
import type { Disk, HeadRow } from './disk.ts';

const MARKS_EVERY_MS = 1_000;

export interface MarkGround {
  disk: Disk;
  send(frame: Frame): void;
  online(): boolean;
  background(work: Promise<void>): void;
}

export class MarkPost {
  readonly #ground: MarkGround;
  readonly #chats = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(ground: MarkGround) {
    this.#ground = ground;
  }

  post(chat: string): void {
    this.#chats.add(chat);
    if (!this.#stopped)
      this.#timer ??= setTimeout(() => this.#ground.background(this.#send()), MARKS_EVERY_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #send(): Promise<void> {
    this.#timer = undefined;
    if (!this.#ground.online()) return;
    const chats = [...this.#chats];
    this.#chats.clear();
    const { disk } = this.#ground;
    for (const chat of chats) {
      const row = await disk.rooms.get(chatRoom(chat));
      const head: HeadRow | undefined = await disk.heads.get(chat);
      const read = head?.read ?? 0;
      this.#ground.send({ kind: 'mark', chat, got: Math.max(row?.seq ?? 0, read), read });
      if (head && head.told < read) await disk.heads.update(chat, { told: read });
    }
  }
}
