import { describe, expect, test } from 'vitest';
import type * as Y from 'yjs';
import { craft } from '../../tests/support/craft.ts';
import { makeScene, runOf } from '../../tests/support/scene.ts';
import { applyExamined } from './apply.ts';
import { accepted, deviceOf, LEASES, numbered, written } from './examined.fixture.ts';

describe('a paper never eats text', () => {
  test('[R115] words that a deleted paragraph takes along are told, with what lives before them', () => {
    const { docs } = makeScene(LEASES);
    const deleting = written(deviceOf(docs.paper, 'anna'), (doc) => doc.getXmlFragment('body').delete(1, 1));
    const typing = written(deviceOf(docs.paper, 'petya'), (doc) => {
      const run = (doc.getXmlFragment('body').get(1) as Y.XmlElement).get(0) as Y.XmlText;
      run.insert(3, 'моя мысль');
    });
    applyExamined(docs.paper, accepted(docs.paper, 'paper', typing, numbered('petya')));
    const applied = applyExamined(docs.paper, accepted(docs.paper, 'paper', deleting, numbered('anna')));
    expect(applied).toMatchObject({
      ok: true,
      died: [{ lease: LEASES.petya, clock: 0, length: 9, text: 'моя мысль', near: 'План урока' }],
    });
  });

  test('[R115] words that arrive in a paragraph that is gone are told', () => {
    const { docs } = makeScene(LEASES);
    const deleting = written(deviceOf(docs.paper, 'anna'), (doc) => doc.getXmlFragment('body').delete(1, 1));
    const typing = written(deviceOf(docs.paper, 'petya'), (doc) => {
      const run = (doc.getXmlFragment('body').get(1) as Y.XmlElement).get(0) as Y.XmlText;
      run.insert(3, 'моя мысль');
    });
    applyExamined(docs.paper, accepted(docs.paper, 'paper', deleting, numbered('anna')));
    const examined = accepted(docs.paper, 'paper', typing, numbered('petya'));
    expect(examined.ops).toEqual([{ op: 'rich.delete', root: '', structs: 0, chars: 0 }]);
    expect(applyExamined(docs.paper, examined)).toMatchObject({
      ok: true,
      died: [{ lease: LEASES.petya, length: 9, text: 'моя мысль' }],
    });
  });

  test.each<[string, (body: Y.XmlFragment) => void, string]>([
    [
      'a word of it',
      (body) => {
        ((body.get(0) as Y.XmlElement).get(0) as Y.XmlText).delete(4, 6);
        body.delete(1, 1);
      },
      'План',
    ],
    ['all of it', (body) => body.delete(0, 2), ''],
  ])(
    '[R115] what stood before swallowed words, and went with them, is no neighbour: %s',
    (_what, cut, near) => {
      const { docs } = makeScene(LEASES);
      const deleting = written(deviceOf(docs.paper, 'anna'), (doc) => cut(doc.getXmlFragment('body')));
      const typing = written(deviceOf(docs.paper, 'petya'), (doc) => {
        const run = (doc.getXmlFragment('body').get(1) as Y.XmlElement).get(0) as Y.XmlText;
        run.insert(3, 'моя мысль');
      });
      applyExamined(docs.paper, accepted(docs.paper, 'paper', typing, numbered('petya')));
      const applied = applyExamined(docs.paper, accepted(docs.paper, 'paper', deleting, numbered('anna')));
      expect(applied).toMatchObject({ died: [{ text: 'моя мысль', near }] });
    },
  );

  test('[R115] what the sender saw and deleted is not swallowed', () => {
    const { docs } = makeScene(LEASES);
    const bytes = written(deviceOf(docs.paper, 'anna'), (doc) => doc.getXmlFragment('body').delete(0, 2));
    expect(applyExamined(docs.paper, accepted(docs.paper, 'paper', bytes, numbered('anna')))).toMatchObject({
      died: [],
    });
  });

  test('[R115] only the part of a piece that was not named is told', () => {
    const { docs } = makeScene(LEASES);
    const parent = runOf({ docs } as never, 0)._item?.parent as Y.XmlElement;
    const container = parent._item?.id as Y.ID;
    const string = runOf({ docs } as never, 0)._start as Y.Item;
    const bytes = craft({
      deletes: [
        [
          LEASES.anna,
          [
            [container.clock, 1],
            [string.id.clock + 2, 3],
          ],
        ],
      ],
    });
    const applied = applyExamined(docs.paper, accepted(docs.paper, 'paper', bytes, numbered('anna')));
    expect(applied).toMatchObject({
      died: [
        { text: 'Пл', length: 2 },
        { text: 'урока', length: 5 },
      ],
    });
  });
});
