/** What the relay says, as it comes to stand on Masha's disk. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Message } from '#shared/feed/shape.ts';
import type { Frame, PlaceEntry } from '#shared/wire/frames.ts';
import { Disk, wipe } from './disk.ts';
import { Intake } from './intake.ts';
import { append, compact, readParts } from './stored-doc.ts';
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

  say(by: string, text: string): { bytes: Uint8Array; place: PlaceEntry } {
    const seq = ++this.#seq;
    const id = `7.${seq}`;
    let bytes: Uint8Array = new Uint8Array();
    this.#doc.once('update', (update: Uint8Array) => {
      bytes = update;
    });
    this.#doc.getMap<Message>('messages').set(id, { by, at: 1_000 + seq, text });
    return { bytes, place: { id, seq, at: 2_000 + seq } };
  }

  patch(said: readonly { place: PlaceEntry }[], from = 0): Frame {
    const places = said.map(({ place }) => place);
    const bytes = Y.encodeStateAsUpdate(this.#doc);
    return { kind: 'patch', doc: FEED, epoch: 'e', from, seq: this.#seq, places, deflated: false, bytes };
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
