import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { ATTACKS } from '../../tests/support/attacks.ts';
import { judge } from '../../tests/support/judging.ts';
import { CHAT, makeScene, PAPER, PEOPLE } from '../../tests/support/scene.ts';

const LEASES = { anna: 7_001, masha: 7_002, petya: 7_003 };

test.each(ATTACKS.map((attack) => [attack.rule, attack.name, attack] as const))(
  '[%s] %s is refused and changes nothing',
  (_rule, _name, attack) => {
    const scene = makeScene(LEASES);
    const doc = scene.docs[attack.doc];
    const by = attack.by ?? 'petya';
    const before = Y.encodeStateAsUpdate(doc);
    const roots = [...doc.share.keys()];
    const judged = judge(doc, attack.doc, attack.build(scene), {
      who: PEOPLE[by],
      place: attack.doc === 'paper' ? PAPER : CHAT,
      hand: { lease: LEASES[by], numbered: true },
      owns: (lease) => lease === LEASES[by],
    });
    expect(judged).toMatchObject({ ok: false, code: attack.code });
    expect(Y.encodeStateAsUpdate(doc)).toEqual(before);
    expect([...doc.share.keys()]).toEqual(roots);
  },
);
