import * as Automerge from '@automerge/automerge';
import { expect, test } from 'vitest';
import type { RegistryDoc } from '#shared/registry/change.ts';
import { REGISTRY_LIMITS } from '#shared/registry/check.ts';
import { attempt, bent, type Draft, text } from './attacks.fixture.ts';
import { deviceOf, ELENA, openSmallSchool, smallRegistry } from './school.fixture.ts';

test('[R512] a value that stands beside another one is refused', () => {
  expect(
    bent((change) => {
      for (const op of change.ops) op.pred = [];
    }),
  ).toBe('bad-value');
});

test('[R512] nor is one that says the same as the one that it stands beside', () => {
  const school = openSmallSchool();
  const doc = Automerge.change(deviceOf(school, ELENA), { time: 1 }, (draft) => {
    (draft as Draft).members.anna.role = text('staff');
    (draft as Draft).chats['7a'].matrix.pin = text('leads');
  });
  const { hash: _hash, ...change } = Automerge.decodeChange(Automerge.getLastLocalChange(doc) as Uint8Array);
  const ops = change.ops.map((op) => (op.key === 'pin' ? { ...op, value: 'staff', pred: [] } : op));
  const bytes = Automerge.encodeChange({ ...change, ops } as Automerge.DecodedChange);
  expect(school.judge(bytes, 'elena', ELENA)).toEqual({ ok: false, code: 'bad-value' });
});

test('[R512] a map that stands in itself, or in one that is made later, is refused before the library follows it for ever', () => {
  const inside = (of: number) =>
    bent((change) => {
      const own = (n: number) => `${change.startOp + n}@${change.actor}`;
      change.ops.push({ action: 'makeMap', obj: own(of), key: 'duties', pred: [] } as never);
      change.ops.push({ action: 'makeMap', obj: own(1), key: 'duties', pred: [] } as never);
    });
  expect(inside(1)).toBe('bad-value');
  expect(inside(2)).toBe('bad-value');
});

test('[R512] a deletion of nothing is refused: with it the registry would be saved as one that does not load', () => {
  const gone = bent((change, doc) => {
    const chat = Automerge.getObjectId(doc.chats, '7a') as string;
    change.ops.push({ action: 'del', obj: chat, key: 'hidesHistory', pred: [] } as never);
  });
  expect(gone).toBe('bad-value');
});

test('[R512] an operation replaces what stands under its key, and nothing that stands elsewhere or nowhere', () => {
  const more = (pred: (doc: RegistryDoc) => string) =>
    bent((change, doc) => {
      for (const op of change.ops) op.pred = [...op.pred, pred(doc)];
    });
  expect(more(() => '1@ff')).toBe('bad-value');
  const duties = (doc: RegistryDoc) => (doc.members as Draft).anna.duties;
  expect(more((doc) => Automerge.getObjectId(duties(doc)) as string)).toBe('bad-value');
});

test('[R512] wrong types: text objects, counters, lists, numbers, bytes, dates', () => {
  expect(
    attempt((draft) => {
      draft.members.anna.role = 'admin';
    }),
  ).toBe('malformed');
  expect(
    attempt((draft) => {
      draft.members.anna.role = new Automerge.Counter(3);
    }),
  ).toBe('malformed');
  expect(
    attempt((draft) => {
      draft.members.anna.role = [text('admin')];
    }),
  ).toBe('malformed');
  expect(
    attempt((draft) => {
      draft.members.anna.role = 3;
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      draft.members.anna.role = new Uint8Array([1]);
    }),
  ).toBe('malformed');
  expect(
    attempt((draft) => {
      draft.members.anna.role = new Date(0);
    }),
  ).toBe('malformed');
  expect(
    attempt((draft) => {
      draft.members.anna.role = { role: text('admin') };
    }),
  ).toBe('bad-value');
});

test('[R512] unknown words, keys and tables are refused', () => {
  expect(
    attempt((draft) => {
      draft.members.anna.role = text('director');
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      draft.members.anna.phone = text('+7 900 000-00-00');
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      draft.chats['7a'].matrix.pin = text('me');
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      draft.secrets = { a: text('b') };
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      delete draft.members.anna.role;
    }),
  ).toBe('bad-value');
});

test('[R512] a whole table is neither replaced nor removed', () => {
  expect(
    attempt((draft) => {
      draft.members = { elena: { role: text('admin'), duties: {} } };
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      delete draft.chats;
    }),
  ).toBe('bad-value');
  expect(
    attempt((draft) => {
      draft.schema = 2;
    }),
  ).toBe('bad-value');
});

test('[R512] keys that JavaScript objects inherit are refused', () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'a/b', 'x'.repeat(41)])
    expect(
      bent((change) => {
        for (const op of change.ops) {
          op.key = key;
          op.pred = [];
        }
      }),
    ).not.toBe('ok');
  expect(({} as Draft).role).toBeUndefined();
});

test('[R512] nobody is added under such a key', () => {
  for (const key of ['constructor', 'toString', 'hasOwnProperty', 'oleg'])
    expect(
      attempt((draft) => {
        draft.members[key] = { role: text('student'), duties: {} };
      }),
    ).toBe(key === 'oleg' ? 'ok' : 'bad-value');
});

test('[R512] an operation on an entry that is gone is refused', () => {
  const school = openSmallSchool();
  const doc = Automerge.change(deviceOf(school, ELENA), { time: 1 }, (draft) => {
    (draft as Draft).members.petya.role = text('parent');
    delete (draft as Draft).members.petya;
  });
  expect(school.judge(Automerge.getLastLocalChange(doc) as Uint8Array, 'elena', ELENA)).toEqual({
    ok: false,
    code: 'bad-value',
  });
});

test('[R512] a key is touched once by a change', () => {
  const twice = attempt((draft) => {
    draft.members.anna.role = text('admin');
    draft.members.anna.role = text('staff');
  });
  expect(twice).toBe('bad-value');
});

test('[R513] a change that changes nothing is refused', () => {
  const same = (change: Automerge.DecodedChange) => {
    for (const op of change.ops) op.value = 'teacher';
  };
  expect(bent(same)).toBe('bad-value');
});

test('[R513] a pupil belongs to one class, and a duty to a class that exists', () => {
  expect(
    attempt((draft) => {
      draft.members.masha.duties['7b'] = text('student');
    }),
  ).toBe('not-allowed');
  expect(
    attempt((draft) => {
      draft.members.masha.duties['9z'] = text('member');
    }),
  ).toBe('unknown-place');
  expect(
    attempt((draft) => {
      draft.chats.x = {
        title: text('X'),
        unit: text('9z'),
        audience: {},
        people: {},
        matrix: copyOf(draft.chats['7a'].matrix),
      };
    }),
  ).toBe('unknown-place');
});

test('[R513] a circle that becomes a class would give Masha, who learns in 7А, a second one', () => {
  const school = () => {
    const registry = smallRegistry();
    registry.units.chess = { kind: 'department', title: 'Шахматы' };
    registry.members.masha = { role: 'student', duties: { '7a': 'student', chess: 'student' } };
    return openSmallSchool(registry);
  };
  const becomes = (kind: string, edit?: (draft: Draft) => void) =>
    attempt(
      (draft) => {
        draft.units.chess.kind = text(kind);
        edit?.(draft);
      },
      ELENA,
      school(),
    );
  expect(becomes('class')).toBe('not-allowed');
  expect(becomes('staff-room')).toBe('ok');
  const moved = (draft: Draft) => {
    delete draft.members.masha.duties['7a'];
  };
  expect(becomes('class', moved)).toBe('ok');
});

test('[R514] a school has so many classes, and a teacher so many duties, and no more', () => {
  const withCircles = (units: number, duties: number) => {
    const registry = smallRegistry();
    const { anna } = registry.members;
    for (let i = Object.keys(registry.units).length; i < units; i++) {
      registry.units[`u${i}`] = { kind: 'department', title: `Кружок ${i}` };
      if (anna && i < duties) anna.duties[`u${i}`] = 'teacher';
    }
    return openSmallSchool(registry);
  };
  const oneMoreCircle = (units: number) =>
    attempt(
      (draft) => {
        draft.units.more = { kind: text('department'), title: text('Ещё один') };
      },
      ELENA,
      withCircles(units, 0),
    );
  expect(oneMoreCircle(REGISTRY_LIMITS.units - 1)).toBe('ok');
  expect(oneMoreCircle(REGISTRY_LIMITS.units)).toBe('bad-value');
  const oneMoreDuty = (duties: number) =>
    attempt(
      (draft) => {
        draft.members.anna.duties[`u${duties}`] = text('teacher');
      },
      ELENA,
      withCircles(duties + 1, duties),
    );
  expect(oneMoreDuty(REGISTRY_LIMITS.dutiesPerMember - 1)).toBe('ok');
  expect(oneMoreDuty(REGISTRY_LIMITS.dutiesPerMember)).toBe('bad-value');
});

test('[R513] a chat and a class are not deleted, and a school keeps its id', () => {
  expect(
    attempt((draft) => {
      delete draft.chats['7a'];
    }),
  ).toBe('not-allowed');
  expect(
    attempt((draft) => {
      delete draft.units['7a'];
    }),
  ).toBe('not-allowed');
  expect(
    attempt((draft) => {
      draft.org.id = text('other');
    }),
  ).toBe('not-allowed');
  expect(
    attempt((draft) => {
      draft.org.title = text('Гимназия № 7');
    }),
  ).toBe('ok');
});

test('[R513] one forbidden act refuses the whole change', () => {
  expect(
    attempt((draft) => {
      draft.members.anna.role = text('staff');
      delete draft.chats['7a'];
    }),
  ).toBe('not-allowed');
});

function copyOf(matrix: Draft): Draft {
  return Object.fromEntries(Object.keys(matrix).map((key) => [key, text(matrix[key].val)]));
}
