/** What browser tests of the device stand on: a real relay at the end of a cable, devices of named people, waiting for events. */
import { onTestFinished } from 'vitest';
import { commands } from 'vitest/browser';
import { openDevice } from './device.ts';
import { Disk } from './disk.ts';
import type { Chat, Device, MessageView } from './types.ts';
import { wipe } from './wipe.ts';

declare module 'vitest/browser' {
  interface BrowserCommands {
    layCable(): Promise<{ cable: number; port: number }>;
    onCable(cable: number, method: string, ...args: unknown[]): Promise<unknown>;
  }
}

const WAIT_MS = 12_000;

export interface TestSchool {
  port: number;
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Frames of this kind are lost until the cable is mended. */
  withhold(kind: string): Promise<void>;
  /** What the relay says is lost from now on. */
  deafen(): Promise<void>;
  restart(): Promise<void>;
  /** Keeps what the relay holds, as a backup; and puts it back after its disk was lost. */
  keep(): Promise<void>;
  restore(): Promise<void>;
  /** A message of another person's device; its id. */
  say(person: string, chat: string, text: string): Promise<string>;
  /** What the relay holds, in order of arrival. */
  texts(person: string, chat: string): Promise<string[]>;
  on(method: string, ...args: unknown[]): Promise<unknown>;
  device(person: string): Promise<Device>;
  end(): Promise<void>;
}

export async function openSchool(): Promise<TestSchool> {
  const { cable, port } = await commands.layCable();
  const on = (method: string, ...args: unknown[]) => commands.onCable(cable, method, ...args);
  const opened: Device[] = [];
  const people = new Set<string>();
  return {
    port,
    on,
    cut: () => on('cut') as Promise<void>,
    mend: () => on('mend') as Promise<void>,
    withhold: (kind) => on('withhold', kind) as Promise<void>,
    deafen: () => on('deafen') as Promise<void>,
    restart: () => on('restart') as Promise<void>,
    keep: () => on('keep') as Promise<void>,
    restore: () => on('restore') as Promise<void>,
    say: (...args) => on('say', ...args) as Promise<string>,
    texts: (...args) => on('texts', ...args) as Promise<string[]>,
    async device(person) {
      people.add(person);
      const device = await openDevice({ person, url: `ws://127.0.0.1:${port}/${person}`, app: 'test' });
      opened.push(device);
      return device;
    },
    async end() {
      for (const device of opened) await device.close();
      for (const person of people) await wipe(person);
      await on('end');
    },
  };
}

/** Resolves when `holds` is true after some event of the devices; fails with the words after a while. */
export function until(of: Device | readonly Device[], what: string, holds: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => done(new Error(`never: ${what}`)), WAIT_MS);
    const devices: readonly Device[] = 'subscribe' in of ? [of] : of;
    const stops = devices.map((device) =>
      device.subscribe(() => {
        if (holds()) done();
      }),
    );
    function done(error?: Error) {
      clearTimeout(timer);
      for (const stop of stops) stop();
      if (error) reject(error);
      else resolve();
    }
    if (holds()) done();
  });
}

/** Opens a chat and waits until it was read from the relay once. */
export async function enter(device: Device, id: string): Promise<Chat> {
  await until(device, `${id} is in the list`, () => device.chats().some((row) => row.id === id));
  const chat = device.chat(id);
  await until(device, `${id} is read`, () => chat.ready);
  return chat;
}

export const texts = (chat: Chat): string[] => chat.messages().map(({ text }) => text);

export function message(chat: Chat, text: string): MessageView {
  const found = chat.messages().find((view) => view.text === text);
  if (!found) throw new Error(`no message «${text}» among ${JSON.stringify(texts(chat))}`);
  return found;
}

export function has(chat: Chat, text: string): boolean {
  return chat.messages().some((view) => view.text === text);
}

/** Everything that a person's device holds, by store: to put it aside, and back as a clone or on another day. */
export async function rowsOf(person: string): Promise<Map<string, unknown[]>> {
  const disk = new Disk(person, 'strict');
  const rows = new Map<string, unknown[]>();
  for (const table of disk.tables) rows.set(table.name, await table.toArray());
  disk.close();
  return rows;
}

export async function putRows(person: string, rows: ReadonlyMap<string, unknown[]>): Promise<void> {
  await wipe(person);
  const disk = new Disk(person, 'strict');
  for (const [name, all] of rows) await disk.table(name).bulkAdd(all);
  disk.close();
}

/** Says a first word and waits until the school has it: from then on the chat has its lease and everything is written at once. */
export async function settled(device: Device, chat: Chat): Promise<void> {
  await until(device, 'online', () => device.line.at === 'online');
  const said = await chat.say('Здравствуйте');
  if (!said.ok) throw new Error(said.code);
  await until(device, 'the first word is sent', () => device.unsent === 0);
}

/** What is to be done again and again after so long. */
export function keepTimers(ms: number): (() => void)[] {
  const due: (() => void)[] = [];
  const { setInterval } = window;
  window.setInterval = ((run: () => void, after?: number) => {
    if (after === ms) due.push(run);
    return setInterval(run, after);
  }) as typeof window.setInterval;
  onTestFinished(() => {
    window.setInterval = setInterval;
  });
  return due;
}
