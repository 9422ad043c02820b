/** The margin of a paper has its name and no rules yet: what nobody judges, nobody writes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { parseDoc } from '#shared/school/names.ts';
import { REFUSALS } from '#shared/school/refusals.ts';
import { TestDevice } from '../support/device.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';
import { paperOf } from '../support/shared-paper.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

test('[R274] the paper’s own author cannot write in its margin nor read it: the answer has a code and a sentence, and the paper goes on', async () => {
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  const paper = await paperOf(anna);
  const margin = `paper/${paper}/margin`;
  expect(parseDoc(margin)).toEqual({ kind: 'margin', paper });
  const note = new Y.Doc();
  note.clientID = anna.lease;
  note.getMap('notes').set('x', 'Тут ошибка');
  expect(await anna.send(anna.wrap(margin, Y.encodeStateAsUpdate(note)))).toMatchObject({
    ...{ kind: 'refuse', code: 'unknown-place' },
  });
  expect(REFUSALS['unknown-place'].person.ru).toBe('Такого чата или документа нет.');
  const room = `paper/${paper}`;
  anna.line.say({ kind: 'pull', doc: margin, epoch: anna.epochs.get(room) ?? '', seq: 0 });
  expect(await anna.line.next('refuse')).toMatchObject({ room: margin, code: 'unknown-place' });

  // A refusal closes the lease; with another one she writes on, and nothing of the margin is there.
  const again = await anna.withFreshLease();
  await again.open(room);
  const words = again.make(room, (doc) => {
    doc.getMap('paper').set('schema', 1);
    doc.getXmlFragment('body').insert(0, [new Y.XmlElement('paragraph')]);
  });
  expect(await again.send(words)).toMatchObject({ kind: 'ack' });
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open(room);
  expect([...masha.docs.keys()]).toEqual([room]);
});
