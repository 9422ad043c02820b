/** How an administrator of the small school attacks its registry: with changes of her own, bent ones and bare bytes. */
import * as Automerge from '@automerge/automerge';
import { expect } from 'vitest';
import { type RegistryDoc, setRole } from '#shared/registry/change.ts';
import { deviceOf, ELENA, openSmallSchool } from './school.fixture.ts';

/** Elena is an administrator, so a refusal here is never about her role. */
export function attempt(edit: (draft: Draft) => void, lease = ELENA, school = openSmallSchool()) {
  const before = school.save();
  const doc = Automerge.change(deviceOf(school, lease), { time: 1 }, (draft) => edit(draft as Draft));
  const verdict = school.judge(Automerge.getLastLocalChange(doc) ?? new Uint8Array(), 'elena', ELENA);
  expect(school.save()).toEqual(before);
  return verdict.ok ? 'ok' : verdict.code;
}
// biome-ignore lint/suspicious/noExplicitAny: an attacker's document has any shape
export type Draft = Record<string, any>;
export const text = (value: string) => new Automerge.ImmutableString(value);

/** A change that no honest library would make: decoded, bent, and encoded again. */
export function bent(bend: (change: Automerge.DecodedChange, doc: RegistryDoc) => void) {
  const school = openSmallSchool();
  const doc = honest(school);
  const change = Automerge.decodeChange(Automerge.getLastLocalChange(doc) as Uint8Array);
  bend(change, doc);
  const { hash: _hash, ...rest } = change;
  const verdict = school.judge(Automerge.encodeChange(rest as Automerge.DecodedChange), 'elena', ELENA);
  return verdict.ok ? 'ok' : verdict.code;
}

function honest(school: ReturnType<typeof openSmallSchool>) {
  const changed = setRole(Automerge, deviceOf(school, ELENA), {
    person: 'anna',
    from: 'teacher',
    to: 'staff',
    at: 1,
  });
  if (!changed.ok) throw new Error(changed.code);
  return changed.doc;
}

/** A school, and a change that it would take. */
export function honestPush() {
  const school = openSmallSchool();
  const bytes = Automerge.getLastLocalChange(honest(school)) as Uint8Array;
  const judge = (pushed: Uint8Array) => {
    const verdict = school.judge(pushed, 'elena', ELENA);
    if (verdict.ok) verdict.abandon();
    return verdict.ok ? 'ok' : verdict.code;
  };
  return { school, bytes, judge };
}
