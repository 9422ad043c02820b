import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { idOf } from '#shared/feed/shape.ts';
import { LARGE_SHAPES, SHAPES } from '#shared/ops/shapes.ts';
import { craft, dead, one, text, value } from '../../tests/support/craft.ts';
import { AT, lastUnder, makeScene, runOf, type Who } from '../../tests/support/scene.ts';
import { applyExamined } from './apply.ts';
import { examine } from './examine.ts';
import { accepted, deviceOf, LEASES, numbered, stock, written } from './examined.fixture.ts';
import { prepare } from './shape.ts';

describe('what an update does', () => {
  test('[R113] a message, its overwriting prior and order are told as they are', () => {
    const { docs, ids } = makeScene(LEASES);
    const device = deviceOf(docs.feed, 'petya');
    const key = `${ids.annas}~petya`;
    const first = written(device, (doc) => doc.getMap('reactions').set(key, '👍'));
    const again = written(device, (doc) => doc.getMap('reactions').set(key, '🙂'));
    const away = written(device, (doc) => doc.getMap('reactions').delete(key));
    const told = [first, again, away].map((bytes) => {
      const examined = accepted(docs.feed, 'feed', bytes, numbered('petya'));
      applyExamined(docs.feed, examined);
      return examined.ops;
    });
    const thumb = { value: '👍', lease: LEASES.petya };
    const smile = { value: '🙂', lease: LEASES.petya };
    const at = { root: 'reactions', key };
    expect(told).toEqual([
      [{ op: 'map.set', ...at, value: '👍', prior: undefined, chained: true, fresh: true }],
      [{ op: 'map.set', ...at, value: '🙂', prior: thumb, chained: true, fresh: false }],
      [{ op: 'map.delete', ...at, prior: smile, current: true }],
    ]);
  });

  test('[R113] a value written and taken back before sending is a blank', () => {
    const { docs } = makeScene(LEASES);
    const key = idOf(LEASES.petya, 9);
    const bytes = written(deviceOf(docs.feed, 'petya'), (doc) => {
      doc.getMap('messages').set(key, { by: 'petya', at: AT, text: 'Ой' });
      doc.getMap('messages').delete(key);
    });
    const { ops } = accepted(docs.feed, 'feed', bytes, numbered('petya'));
    expect(ops).toEqual([{ op: 'map.blank', root: 'messages', key, chained: true }]);
  });

  test('[R113] a value that was changed before sending is told as the later one, and takes nothing along', () => {
    const { docs, ids } = makeScene(LEASES);
    const key = `${ids.annas}~petya`;
    const device = deviceOf(docs.feed, 'petya');
    const thumb = written(device, (doc) => doc.getMap('reactions').set(key, '👍'));
    const smile = written(device, (doc) => doc.getMap('reactions').set(key, '🙂'));
    const { ops } = accepted(docs.feed, 'feed', Y.mergeUpdates([thumb, smile]), numbered('petya'));
    expect(ops.map(({ op }) => op)).toEqual(['map.set', 'map.set']);
    expect(ops.at(-1)).toMatchObject({ key, value: '🙂', prior: { value: '👍' } });
  });

  test('[R113] a blank over a living value names the value it takes along', () => {
    const { docs, ids } = makeScene(LEASES);
    const bytes = one(LEASES.petya, Y.getState(docs.feed.store, LEASES.petya), [
      dead(1, { left: lastUnder({ docs } as never, 'feed', 'messages', ids.annas) }),
    ]);
    const { ops } = accepted(docs.feed, 'feed', bytes, numbered('petya'));
    expect(ops).toMatchObject([
      { op: 'map.delete', key: ids.annas, prior: { lease: LEASES.anna }, current: true },
      { op: 'map.blank', key: ids.annas, chained: true },
    ]);
  });

  test('[R113] a write that knows nothing of the present value is not chained', () => {
    const { docs, ids } = makeScene(LEASES);
    const bytes = one(LEASES.petya, 1, [value('x', { root: 'messages', sub: ids.annas })]);
    const { ops } = accepted(docs.feed, 'feed', bytes, numbered('petya'));
    expect(ops).toMatchObject([
      { op: 'map.set', chained: false, fresh: false, prior: { lease: LEASES.anna } },
    ]);
  });

  test('[R113] characters, nodes, marks, attributes and what dies in a paper are told', () => {
    const { docs } = makeScene(LEASES);
    const bytes = written(deviceOf(docs.paper, 'petya'), (doc) => {
      const body = doc.getXmlFragment('body');
      const heading = new Y.XmlElement('heading');
      body.insert(2, [heading]);
      heading.setAttribute('level', 3 as never);
      heading.insert(0, [new Y.XmlText('Вывод')]);
      const run = (body.get(1) as Y.XmlElement).get(0) as Y.XmlText;
      run.format(5, 2, { italic: {} });
      run.delete(0, 2);
    });
    const { ops } = accepted(docs.paper, 'paper', bytes, numbered('petya'));
    const kinds = ops.map((op) => op.op);
    expect(ops).toContainEqual({ op: 'rich.node', root: 'body', inside: '', node: 'heading', depth: 1 });
    expect(ops).toContainEqual({
      op: 'rich.attr',
      root: 'body',
      node: 'heading',
      attr: 'level',
      value: 3,
      depth: 2,
    });
    expect(ops).toContainEqual({ op: 'rich.text', root: 'body', inside: 'heading', chars: 5, depth: 3 });
    expect(ops).toContainEqual({ op: 'rich.mark', root: 'body', mark: 'italic', value: {}, depth: 3 });
    expect(ops).toContainEqual({ op: 'rich.mark', root: 'body', mark: 'italic', value: null, depth: 3 });
    expect(ops.at(-1)).toEqual({ op: 'rich.delete', root: 'body', structs: 1, chars: 2 });
    expect(kinds).not.toContain('map.set');
  });

  test('[R113] a deleted node counts all that lived in it, once', () => {
    const { docs } = makeScene(LEASES);
    let chars = 0;
    for (let item = runOf({ docs } as never, 1)._start; item; item = item.right)
      if (!item.deleted && item.countable) chars += item.length;
    const bytes = written(deviceOf(docs.paper, 'petya'), (doc) => doc.getXmlFragment('body').delete(1, 1));
    const { ops, plan } = accepted(docs.paper, 'paper', bytes, numbered('petya'));
    expect(ops).toMatchObject([{ op: 'rich.delete', chars }]);
    expect(plan.doomed).toEqual([]);
  });
});

describe('a stock client', () => {
  test('[R112] says again all that it has, and nothing of it counts', () => {
    const { docs } = makeScene(LEASES);
    for (const kind of ['feed', 'pins', 'paper'] as const) {
      const all = Y.encodeStateAsUpdate(docs[kind]);
      expect(accepted(docs[kind], kind, all, stock('petya'))).toMatchObject({ known: true, ops: [] });
      expect(examine(docs[kind], SHAPES[kind], all, { lease: undefined, numbered: false })).toMatchObject({
        known: true,
      });
      expect(examine(docs[kind], SHAPES[kind], all, numbered('petya'))).toMatchObject({ ok: false });
    }
  });

  test('[R112] adds what its own lease wrote, even when it begins before what is known', () => {
    const { docs } = makeScene(LEASES);
    const device = deviceOf(docs.paper, 'petya');
    const run = (device.getXmlFragment('body').get(0) as Y.XmlElement).get(0) as Y.XmlText;
    const first = written(device, () => run.insert(0, 'аб'));
    applyExamined(docs.paper, accepted(docs.paper, 'paper', first, stock('petya')));
    run.insert(2, 'вг');
    const whole = examine(docs.paper, LARGE_SHAPES.paper, Y.encodeStateAsUpdate(device), stock('petya'));
    if (!whole.ok) throw new Error(whole.says);
    expect(whole.ops).toEqual([{ op: 'rich.text', root: 'body', inside: 'heading', chars: 2, depth: 3 }]);
    const applied = applyExamined(docs.paper, whole);
    expect(applied).toMatchObject({ ok: true });
    expect(docs.paper.getXmlFragment('body').toString()).toBe(device.getXmlFragment('body').toString());
    const other = deviceOf(makeScene(LEASES).docs.paper, 'masha');
    Y.applyUpdate(other, first);
    if (applied.ok) Y.applyUpdate(other, applied.update);
    expect(other.getXmlFragment('body').toString()).toBe(device.getXmlFragment('body').toString());
  });

  test('[R103] [R112] may not leave a gap before what its own lease wrote', () => {
    const { docs } = makeScene(LEASES);
    const at = Y.getState(docs.feed.store, LEASES.petya);
    const words = { by: 'petya', at: AT, text: 'Второе без первого' };
    const gap = one(LEASES.petya, at + 1, [value(words, { root: 'messages', sub: idOf(LEASES.petya, 99) })]);
    for (const hand of [numbered('petya'), stock('petya')])
      expect(examine(docs.feed, SHAPES.feed, gap, hand)).toMatchObject({ ok: false, code: 'missing-deps' });
  });

  test('[R112] may not bring what another lease wrote', () => {
    const { docs } = makeScene(LEASES);
    const device = deviceOf(docs.feed, 'masha');
    device.getMap('reactions').set('x~masha', '👍');
    const all = Y.encodeStateAsUpdate(device);
    expect(examine(docs.feed, SHAPES.feed, all, stock('petya'))).toMatchObject({
      ok: false,
      code: 'foreign-lease',
    });
    expect(examine(docs.feed, SHAPES.feed, all, { lease: undefined, numbered: false })).toMatchObject({
      ok: false,
      code: 'foreign-lease',
    });
  });

  test('[R112] a known struct with references that lead nowhere is neither read nor sent on', () => {
    const { docs, ids } = makeScene(LEASES);
    const clock = Y.getState(docs.feed.store, LEASES.petya);
    const bytes = craft({
      blocks: [
        { client: LEASES.anna, clock: 0, structs: [value(1, { parent: [LEASES.anna, 9_000], sub: 'x' })] },
        {
          client: LEASES.petya,
          clock,
          structs: [value('👍', { root: 'reactions', sub: `${ids.annas}~petya` })],
        },
      ],
    });
    const applied = applyExamined(docs.feed, accepted(docs.feed, 'feed', bytes, stock('petya')));
    if (!applied.ok) throw new Error(applied.says);
    expect(Y.decodeUpdate(applied.update).structs).toHaveLength(1);
  });
});

describe('what was judged is what is applied', () => {
  test('[R114] every step of the scene ends in the same document as stock Yjs makes of it', () => {
    const { docs, steps } = makeScene(LEASES);
    const relay = { feed: new Y.Doc(), pins: new Y.Doc(), paper: new Y.Doc() };
    for (const kind of ['feed', 'pins', 'paper'] as const) prepare(relay[kind], SHAPES[kind]);
    for (const { kind, who, bytes } of steps) {
      const applied = applyExamined(relay[kind], accepted(relay[kind], kind, bytes, numbered(who)));
      expect(applied).toMatchObject({ ok: true, update: bytes, died: [] });
    }
    for (const kind of ['feed', 'pins', 'paper'] as const)
      expect(Y.encodeStateAsUpdate(relay[kind])).toEqual(Y.encodeStateAsUpdate(docs[kind]));
  });

  test('[R114] a document that changed between judging and applying is broken, not quietly wrong', () => {
    const { docs } = makeScene(LEASES);
    const bytes = written(deviceOf(docs.feed, 'petya'), (doc) =>
      doc.getMap('reactions').set('x~petya', '👍'),
    );
    const examined = accepted(docs.feed, 'feed', bytes, numbered('petya'));
    Y.applyUpdate(docs.feed, bytes);
    expect(applyExamined(docs.feed, examined)).toMatchObject({ ok: false, broken: true });
  });

  test('[R114] a root that appears from nowhere is noticed', () => {
    const { docs } = makeScene(LEASES);
    const bytes = written(deviceOf(docs.feed, 'petya'), (doc) =>
      doc.getMap('reactions').set('x~petya', '👍'),
    );
    const examined = accepted(docs.feed, 'feed', bytes, numbered('petya'));
    docs.feed.getMap('stranger');
    expect(applyExamined(docs.feed, examined)).toMatchObject({ ok: false, broken: true });
  });

  test('[R114] a listener that throws does not escape', () => {
    const { docs } = makeScene(LEASES);
    const device = deviceOf(docs.feed, 'petya');
    const liked = written(device, (doc) => doc.getMap('reactions').set('x~petya', '👍'));
    applyExamined(docs.feed, accepted(docs.feed, 'feed', liked, numbered('petya')));
    const bytes = written(device, (doc) => doc.getMap('reactions').delete('x~petya'));
    // What a stock client sends is told by a transaction of Yjs, since only a part of it may be new.
    const examined = accepted(docs.feed, 'feed', bytes, stock('petya'));
    docs.feed.on('afterTransaction', () => {
      throw new Error('listener');
    });
    expect(applyExamined(docs.feed, examined)).toMatchObject({ ok: false, broken: true });
  });

  test('[R116] two editors who bold the same words make no reader write', () => {
    const { docs } = makeScene(LEASES);
    const bold = (who: Who): Uint8Array =>
      written(deviceOf(docs.paper, who), (doc) => {
        const run = (doc.getXmlFragment('body').get(0) as Y.XmlElement).get(0) as Y.XmlText;
        run.format(0, 4, { bold: {} });
      });
    const both = [bold('masha'), bold('petya')];
    const gone = () => Y.decodeUpdate(Y.encodeStateAsUpdate(docs.paper)).ds;
    const goneBefore = gone();
    for (const [i, who] of (['masha', 'petya'] as const).entries())
      applyExamined(docs.paper, accepted(docs.paper, 'paper', both[i] as Uint8Array, numbered(who)));
    expect(gone()).toEqual(goneBefore);
  });
});

test('[R107] what a stock client repeats may not end in the middle of a character', () => {
  const { docs } = makeScene(LEASES);
  const at = { left: [LEASES.anna, (runOf({ docs } as never, 0)._start as Y.Item).id.clock] as const };
  applyExamined(
    docs.paper,
    accepted(docs.paper, 'paper', one(LEASES.petya, 0, [text('а', at)]), stock('petya')),
  );
  const halved = one(LEASES.petya, 0, [text('😀б', at)]);
  expect(examine(docs.paper, SHAPES.paper, halved, stock('petya'))).toMatchObject({
    ok: false,
    code: 'malformed',
  });
});

test('[R233] even an update that shows nothing names an op, so that a reader’s is refused', () => {
  const { docs } = makeScene(LEASES);
  const run = runOf({ docs } as never, 0);
  const blank = one(LEASES.petya, 0, [
    dead(5, { parent: [run._item?.id.client ?? 0, run._item?.id.clock ?? 0] }),
  ]);
  expect(accepted(docs.paper, 'paper', blank, numbered('petya')).ops).toHaveLength(1);
  const empty = one(LEASES.petya, 0, [text('а', { left: [LEASES.anna, (run._start as Y.Item).id.clock] })], {
    deletes: [[LEASES.petya, [[0, 1]]]],
  });
  expect(accepted(docs.paper, 'paper', empty, numbered('petya')).ops).toHaveLength(1);
});
