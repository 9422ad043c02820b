/** Every school that a relay may stand on keeps what the port promises, that of the benchmarks too. */
import * as Automerge from '@automerge/automerge';
import { describe } from 'vitest';
import { setRole } from '#shared/registry/change.ts';
import { benchSchool, chatName } from '../../tests/bench/servers/bench-school.ts';
import { personIn } from '../../tests/bench/support/updates.ts';
import { AutomergeSchool } from './automerge-school.ts';
import { changingSchoolContract, schoolContract } from './school.contract.ts';
import { deviceOf, ELENA, NAMES, openSmallSchool } from './school.fixture.ts';

describe('the registry', () => {
  schoolContract(() => ({ school: openSmallSchool(), chat: '7a', outsider: 'dima' }));

  changingSchoolContract(() => {
    const school = openSmallSchool();
    let doc = deviceOf(school, ELENA);
    let nth = 0;
    return {
      school,
      change() {
        const [from, to] = nth % 2 === 0 ? (['teacher', 'staff'] as const) : (['staff', 'teacher'] as const);
        const changed = setRole(Automerge, doc, { person: 'anna', from, to, at: Date.UTC(2026, 10, ++nth) });
        if (!changed.ok) throw new Error(`not made: ${changed.code}`);
        doc = changed.doc;
        return { bytes: changed.bytes, person: 'elena', lease: ELENA };
      },
      another: () => new AutomergeSchool('main', (person) => NAMES[person]),
    };
  });
});

describe('the school of a bench', () => {
  const outsider = personIn(chatName(1), 0);
  schoolContract(() => ({ school: benchSchool({ chats: 2, seats: 3 }), chat: chatName(0), outsider }));
});
