/** For tests: the drafts of a person, in a map that the test looks into. */
import type { Drafts } from '#lib/replica/types.ts';

export function draftsIn(kept: Map<string, string>): Pick<Drafts, 'draft' | 'setDraft' | 'draftNames'> {
  return {
    draft: (name) => kept.get(name) ?? '',
    setDraft: (name, text) => void kept.set(name, text),
    draftNames: () => [...kept.keys()],
  };
}
