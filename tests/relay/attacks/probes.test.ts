/** What one who may not read a place (any more) can still learn of it from what the relay answers. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { craft, one, value } from '../../support/craft.ts';
import { TestDevice } from '../../support/device.ts';
import { AdminDevice } from '../../support/registry.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';
import { paperOf } from '../../support/shared-paper.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

test('[R364] who left a chat learns nothing from refusals: not how much is written there, nor how many segments there are', async () => {
  const petya = await device('petya');
  const { epoch } = await petya.open('chat/7a');
  const anna = await device('anna');
  await anna.open('chat/7a');
  const elena = await AdminDevice.start(relay);
  await elena.setRole('petya', 'student', 'parent');
  await petya.line.next('purge', ({ room }) => room === 'chat/7a');
  for (const words of ['Раз', 'Два']) await anna.send(anna.message('7a', words));
  const probes: [doc: string, bytes: (lease: number) => Uint8Array][] = [];
  for (const clock of [0, 1, 2, 3]) {
    probes.push(['chat/7a/feed/1', (lease) => one(lease, 0, [value('👍', { left: [anna.lease, clock] })])]);
    probes.push(['chat/7a/feed/1', () => craft({ deletes: [[anna.lease, [[clock, 1]]]] })]);
  }
  for (const segment of [1, 2, 3])
    probes.push([
      `chat/7a/feed/${segment}`,
      (lease) => one(lease, 0, [value(1, { root: 'messages', sub: 'a.1' })]),
    ]);
  probes.push(['chat/7a/pins', () => Uint8Array.of(1, 2, 3)]);
  probes.push(['chat/7a/feed/1', () => new Uint8Array(70_000)]);
  const codes = new Set<string>();
  for (const [doc, bytes] of probes) {
    const fresh = await petya.withFreshLease();
    const answer = await fresh.send({ ...fresh.wrap(doc, bytes(fresh.lease)), epoch });
    codes.add(answer.kind === 'refuse' ? answer.code : 'ack');
  }
  expect([...codes]).toEqual(['not-a-member']);
});

test('[R251] a text that a paper lost after its author lost the paper comes back without its neighbours’ words', async () => {
  const anna = await device('anna');
  const paper = await paperOf(anna);
  const doc = `paper/${paper}`;
  await anna.send(anna.make(doc, (own) => append(own, ['Для всех', 'Здесь пишут ученики: '])));
  const petya = await device('petya');
  await petya.open(doc);
  const typed = petya.make(doc, (own) => {
    const run = (own.getXmlFragment('body').get(1) as Y.XmlElement).get(0) as Y.XmlText;
    run.insert(run.length, 'мои слова');
  });
  expect(await petya.send(typed)).toMatchObject({ kind: 'ack' });
  const elena = await AdminDevice.start(relay);
  await elena.setRole('petya', 'student', 'parent');
  await petya.line.next('purge', ({ room }) => room === doc);
  // Anna Petrovna has not heard of his words: her deletion does not name them.
  const secret = anna.make(doc, (own) => {
    const body = own.getXmlFragment('body');
    ((body.get(0) as Y.XmlElement).get(0) as Y.XmlText).insert(0, 'Только учителям. ');
    body.delete(1, 1);
  });
  expect(await anna.send(secret)).toMatchObject({ kind: 'ack' });
  expect(await petya.line.next('swallowed')).toMatchObject({ text: 'мои слова', near: '' });
});

function append(doc: Y.Doc, texts: string[]): void {
  const body = doc.getXmlFragment('body');
  for (const words of texts) {
    const paragraph = new Y.XmlElement('paragraph');
    paragraph.insert(0, [new Y.XmlText(words)]);
    body.insert(body.length, [paragraph]);
  }
}
