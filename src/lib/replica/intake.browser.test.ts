/** What the relay says, as it comes to stand on Masha's disk. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Edit, Message } from '#shared/feed/shape.ts';
import type { Frame, PlaceEntry } from '#shared/wire/frames.ts';
import { Disk } from './disk.ts';
import { exportEverything } from './export.ts';
import { Intake } from './intake.ts';
import { append, compact, readParts } from './stored-doc.ts';
import { wipe } from './wipe.ts';
import { docOf } from './ydoc.ts';

const ROOM = 'chat/7a';
const FEED = `${ROOM}/feed/1`;
const MASHA = 'masha';

let disk: Disk;
let intake: Intake;
beforeEach(async () => {
  disk = new Disk(MASHA, 'relaxed');
  await disk.open();
  intake = new Intake(disk, MASHA);
  await intake.take([{ kind: 'room', room: ROOM, epoch: 'e', seq: 0, since: 0, head: 1, lasts: [] }]);
});
afterEach(async () => {
  disk.close();
  await wipe(MASHA);
});

/** A feed as one lease writes it: each message is one update. */
class Feed {
  readonly #doc = new Y.Doc();
  #seq = 0;

  constructor() {
    this.#doc.clientID = 7;
  }

  say(by: string, text: string, at = 1_000 + this.#seq): { bytes: Uint8Array; place: PlaceEntry } {
    const seq = ++this.#seq;
    const id = `7.${seq}`;
    const messages = this.#doc.getMap<Message>('messages');
    const bytes = this.#bytesOf(() => messages.set(id, { by, at, text }));
    return { bytes, place: { id, seq, at: 2_000 + seq } };
  }

  edit(message: string, text: string): { bytes: Uint8Array; place: PlaceEntry } {
    const seq = ++this.#seq;
    const id = `7.${seq}`;
    const edits = this.#doc.getMap<Edit>('edits');
    // By a clock that goes wrong: what arrived last counts.
    const bytes = this.#bytesOf(() => edits.set(`${message}~${id}`, { at: 1_000 - seq, text }));
    return { bytes, place: { id, seq, at: 2_000 + seq } };
  }

  remove(message: string): Uint8Array {
    this.#seq++;
    return this.#bytesOf(() => this.#doc.getMap('messages').delete(message));
  }

  patch(said: readonly { place: PlaceEntry }[], from = 0, bytes = Y.encodeStateAsUpdate(this.#doc)): Frame {
    const places = said.map(({ place }) => place);
    return { kind: 'patch', doc: FEED, epoch: 'e', from, seq: this.#seq, places, deflated: false, bytes };
  }

  #bytesOf(act: () => void): Uint8Array {
    let bytes: Uint8Array = new Uint8Array();
    this.#doc.once('update', (update: Uint8Array) => {
      bytes = update;
    });
    this.#doc.transact(act);
    return bytes;
  }
}

const update = (seq: number, bytes: Uint8Array): Frame => ({
  ...{ kind: 'update', doc: FEED, seq, at: 3_000, lease: 7, n: seq, bytes },
});

test('[R480] what came in a patch stands in the list of chats: the last words, their number, and what is unread', async () => {
  const feed = new Feed();
  await intake.take([feed.patch([feed.say('anna', 'Завтра экскурсия'), feed.say('petya', 'Ура')])]);
  expect(await disk.heads.get('7a')).toMatchObject({
    ...{ seq: 2, unread: 2, last: { id: '7.2', by: 'petya', text: 'Ура', at: 2_002 } },
  });
});

test('[R480] a patch that brings nothing new, or own words alone, changes no number', async () => {
  const feed = new Feed();
  const told = { kind: 'chat-head', chat: '7a', seq: 1, read: 1, unread: 0 } as const;
  const first = feed.say('anna', 'Завтра экскурсия');
  await intake.take([{ ...told, last: { id: '7.1', by: 'anna', at: 1, text: 'Завтра экскурсия' } }]);
  await intake.take([feed.patch([first])]);
  expect(await disk.heads.get('7a')).toMatchObject({ seq: 1, unread: 0, last: { at: 1 } });
  await intake.take([feed.patch([first, feed.say(MASHA, 'Я приду')])]);
  expect(await disk.heads.get('7a')).toMatchObject({ seq: 2, unread: 0, last: { text: 'Я приду' } });
});

test('[R481] hundreds of answers that store nothing do not cost what comes behind them', async () => {
  const feed = new Feed();
  const refuse = (n: number): Frame => ({
    ...{ kind: 'refuse', room: ROOM, lease: 9, n, code: 'superseded' },
  });
  const refusals = Array.from({ length: 300 }, (_, index) => refuse(index + 1));
  await intake.take([...refusals, feed.patch([feed.say('anna', 'Завтра экскурсия')])]);
  expect((await disk.docs.get(FEED))?.seq).toBe(1);
  expect(await disk.places.count()).toBe(1);
});

test('[R482] a message adds to what the disk holds of a chat and rewrites none of it', async () => {
  const feed = new Feed();
  const said = Array.from({ length: 40 }, (_, index) => feed.say('anna', `Сообщение ${index}`));
  await intake.take([feed.patch(said)]);
  const [whole] = await disk.tails.toArray();
  await intake.take([update(41, feed.say('petya', 'И ещё одно').bytes)]);
  const [first, second] = await disk.tails.toArray();
  expect(first).toEqual(whole);
  expect(second?.seq).toBe(41);
  const row = await disk.docs.get(FEED);
  expect([row?.seq, row?.snapshot.length]).toEqual([41, 0]);
  expect(docOf(FEED, await readParts(disk, FEED)).getMap('messages').size).toBe(41);
});

test('[R482] a long tail is folded, and what the first form had in the row is folded with it', async () => {
  const feed = new Feed();
  const first = feed.say('anna', 'Первое').bytes;
  const row = { doc: FEED, room: ROOM, seq: 1, snapshot: first, tailBytes: 0 };
  await disk.docs.put(row);
  const long = feed.say('anna', 'ы'.repeat(30_000)).bytes;
  expect(await append(disk, row, 2, long)).toBe(true);
  await compact(disk, FEED);
  expect(await disk.tails.count()).toBe(1);
  expect(await disk.docs.get(FEED)).toMatchObject({ seq: 2, tailBytes: 0, snapshot: new Uint8Array() });
  expect([
    ...docOf(FEED, await readParts(disk, FEED))
      .getMap('messages')
      .keys(),
  ]).toEqual(['7.1', '7.2']);
});

const headOf = () => disk.heads.get('7a');

test('[R484] an edit that came in a patch shows in the list, the one that arrived last', async () => {
  const feed = new Feed();
  const said = [feed.say('anna', 'Завтра'), feed.edit('7.1', 'В среду'), feed.edit('7.1', 'В четверг')];
  await intake.take([feed.patch(said)]);
  expect(await headOf()).toMatchObject({ unread: 1, last: { id: '7.1', text: 'В четверг' } });
  const later = feed.edit('7.1', 'В пятницу');
  await intake.take([feed.patch([later], 3, later.bytes)]);
  expect(await headOf()).toMatchObject({ unread: 1, last: { id: '7.1', text: 'В пятницу' } });
});

test('[R484] what is deleted right before the next words is not counted, whatever came in one moment', async () => {
  const feed = new Feed();
  await intake.take([feed.patch([feed.say('anna', 'Раз'), feed.say('petya', 'Два')])]);
  const frames = [
    update(3, feed.remove('7.2')),
    update(4, feed.say('anna', 'Три').bytes),
    update(5, feed.remove('7.4')),
  ];
  await intake.take(frames);
  expect(await headOf()).toMatchObject({ unread: 1, last: { id: '7.1', text: 'Раз' } });
  expect(docOf(FEED, await readParts(disk, FEED)).getMap('messages').size).toBe(1);
});

test('[R484] what the relay has told of already is not taken off the count once more', async () => {
  const feed = new Feed();
  const told = { kind: 'chat-head', chat: '7a', seq: 3, read: 0, unread: 5 } as const;
  await intake.take([feed.patch([feed.say('anna', 'Раз'), feed.say('petya', 'Два')])]);
  const removed = feed.remove('7.2');
  await intake.take([{ ...told, last: { id: '7.1', by: 'anna', at: 1, text: 'Раз' } }]);
  await intake.take([feed.patch([], 2, removed)]);
  expect(await headOf()).toMatchObject({ unread: 5, last: { id: '7.1', text: 'Раз' } });
});

test('[R484] the list asks for a segment that is not here, when what it shows may be deleted there', async () => {
  const feed = new Feed();
  const said = [feed.say('anna', 'Раз'), feed.say('petya', 'Два')];
  const told = { kind: 'chat-head', chat: '7a', seq: 2, read: 0, unread: 2 } as const;
  await intake.take([{ ...told, last: { id: '7.2', by: 'petya', at: 1, text: 'Два' } }]);
  const followed = await intake.take([update(3, feed.remove('7.2'))]);
  expect(followed.wanting).toEqual([FEED]);
  await intake.take([feed.patch(said)]);
  expect(await headOf()).toMatchObject({ last: { id: '7.1', text: 'Раз' } });
});

test('[R485] words that a patch brings and deletes itself are nowhere, and are no news', async () => {
  const feed = new Feed();
  const kept = feed.say('anna', 'Раз');
  const secret = feed.say('petya', 'Тайна');
  const bytes = Y.mergeUpdates([kept.bytes, secret.bytes, feed.remove('7.2')]);
  expect(new TextDecoder().decode(bytes)).toContain('Тайна');
  await intake.take([feed.patch([kept, secret], 0, bytes)]);
  expect(await headOf()).toMatchObject({ unread: 1, last: { text: 'Раз' } });
  const [tail] = await disk.tails.toArray();
  expect(new TextDecoder().decode(tail?.bytes)).not.toContain('Тайна');
});

test('[R488] what is exported stands as on screen: by arrival, each with the edit that arrived last', async () => {
  const feed = new Feed();
  const said = [feed.say('anna', 'Завтра'), feed.edit('7.1', 'В среду'), feed.edit('7.1', 'В четверг')];
  const late = feed.say('petya', 'Написано раньше всех', 1);
  await intake.take([feed.patch([...said, late])]);
  const { chats } = JSON.parse(await exportEverything(disk, 'masha', undefined));
  expect(chats['7a'].map(({ text }: Message) => text)).toEqual(['В четверг', 'Написано раньше всех']);
});
