/** A pupil makes a message that nobody could delete. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { editKey, idOf } from '#shared/feed/shape.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { contentOf, TestDevice } from '../../support/device.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';

const FEED = 'chat/7a/feed/1';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay({ rates: { intentsPerSecond: 100_000, intentsBurst: 100_000 } });
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

test('[R212] a message that is edited thousands of times, in turn with another, can still be deleted by who moderates', async () => {
  const petya = await device('petya');
  await petya.open('chat/7a');
  const [bad, good] = [petya.message('7a', 'Гадость'), petya.message('7a', 'Ну да')];
  for (const message of [bad, good]) expect(await petya.send(message)).toMatchObject({ kind: 'ack' });
  // Each edit of one between two of the other: who deletes the one has to name each of its edits.
  let made = 0;
  const edit = (doc: Y.Doc, message: string) =>
    doc.getMap('edits').set(editKey(message, idOf(petya.lease, 1_000 + made++)), { at: 1, text: 'х' });
  let code: string | undefined;
  while (code === undefined && made < 3 * LIMITS.deleteRangesMax) {
    const push = petya.make(FEED, (doc) => {
      for (let i = 0; i < 200; i++) for (const { id } of [bad, good]) edit(doc, id);
    });
    const answer = await petya.send(push);
    if (answer.kind === 'refuse') code = answer.code;
  }
  expect(code).toBe('too-many-edits');
  const anna = await device('anna');
  await anna.open('chat/7a');
  anna.line.say({ kind: 'pull', doc: FEED, epoch: '', seq: 0 });
  Y.applyUpdate(anna.doc(FEED), contentOf(await anna.line.next('patch')), 'relay');
  const gone = anna.make(FEED, (doc) => {
    doc.getMap('messages').delete(bad.id);
    for (const key of [...doc.getMap('edits').keys()])
      if (key.startsWith(`${bad.id}~`)) doc.getMap('edits').delete(key);
  });
  expect(await anna.send(gone)).toMatchObject({ kind: 'ack' });
  expect(anna.doc(FEED).getMap('edits').size).toBe(LIMITS.editsPerMessageMax);
});
