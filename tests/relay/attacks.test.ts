import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallRegistry } from '#server/registry/school.fixture.ts';
import { ATTACKS } from '../support/attacks.ts';
import { TestDevice } from '../support/device.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';
import { makeScene, type Scene, type SceneKind, type Who } from '../support/scene.ts';

const PEOPLE = ['anna', 'masha', 'petya'] as const;

let relay: TestRelay;
const devices = {} as Record<Who, TestDevice>;

/** Each attack takes a lease of each person, and a person gets 200 in a day. */
const ATTACKS_PER_RELAY = 150;
for (let from = 0; from < ATTACKS.length; from += ATTACKS_PER_RELAY) {
  const attacks = ATTACKS.slice(from, from + ATTACKS_PER_RELAY);
  describe(`through a real socket, from ${from + 1} on`, () => {
    // Every attack has a chat of its own: a refusal closes the attacker's lease there.
    beforeAll(async () => {
      const registry = smallRegistry();
      const like = registry.chats['7a'];
      if (!like) throw new Error('the small school has no class chat');
      for (const i of attacks.keys()) registry.chats[`k${i}`] = { ...like };
      relay = await startTestRelay({ registry, rates: { intentsPerSecond: 10_000, intentsBurst: 10_000 } });
      for (const person of PEOPLE)
        devices[person] = await TestDevice.start(relay, relay.sessions.signIn(person));
    });
    afterAll(() => relay.end());

    for (const [i, attack] of attacks.entries()) {
      test(`[${attack.rule}] ${attack.name}`, async () => {
        const { scene, hands, docs } = await play(`k${i}`);
        const by = attack.by ?? 'petya';
        const doc = docs[attack.doc];
        const room = doc.split('/', 2).join('/');
        const before = await relay.store.seqOf(room);
        const answer = await hands[by].send(hands[by].wrap(doc, attack.build(scene)));
        expect(answer).toMatchObject({ kind: 'refuse', code: attack.code });
        await hands.anna.line.settled();
        const heard = hands.anna.line.heard.filter((frame) => frame.kind === 'update' && frame.doc === doc);
        expect(
          heard.map((frame) => frame.kind === 'update' && frame.seq).filter((seq) => Number(seq) > before),
        ).toEqual([]);
        expect(await relay.store.seqOf(room)).toBe(before);
        const next = by === 'masha' ? hands.petya : hands.masha;
        expect(await next.send(next.message(`k${i}`, 'Урок продолжается'))).toMatchObject({ kind: 'ack' });
      });
    }
  });
}

interface Played {
  scene: Scene;
  hands: Record<Who, TestDevice>;
  docs: Record<SceneKind, string>;
}

/** Seeds the scene through the door: every step is an honest push with its own lease. */
async function play(chat: string): Promise<Played> {
  const hands = {} as Record<Who, TestDevice>;
  for (const person of PEOPLE) hands[person] = await devices[person].withFreshLease();
  const scene = makeScene({ anna: hands.anna.lease, masha: hands.masha.lease, petya: hands.petya.lease });
  const docs = {
    feed: `chat/${chat}/feed/1`,
    pins: `chat/${chat}/pins`,
    paper: `paper/${scene.ids.paper}`,
  };
  for (const person of PEOPLE) await hands[person].open(`chat/${chat}`);
  for (const step of scene.steps) {
    const hand = hands[step.who];
    if (step.kind === 'paper' && !hand.epochs.has(docs.paper)) await hand.open(docs.paper);
    expect(await hand.send(hand.wrap(docs[step.kind], step.bytes))).toMatchObject({ kind: 'ack' });
  }
  for (const person of PEOPLE)
    if (!hands[person].epochs.has(docs.paper)) await hands[person].open(docs.paper);
  for (const person of PEOPLE) hands[person].hear();
  // What one's own pushes made comes back with a patch only.
  for (const person of PEOPLE) await hands[person].open(`chat/${chat}`);
  // The scene used up ids of the leases: what the test writes afterwards begins above them.
  for (const person of PEOPLE) hands[person].skipIds(50_000);
  return { scene, hands, docs };
}
