import { m } from '#lib/paraglide/messages.js';
import type { ChatAct, Intent, RefusedDraft } from '#lib/replica/types.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';

/** What was meant, as the heading of a refused card. */
export function actWord(intent: Intent): string {
  switch (intent.act) {
    case 'message.create':
      return m.refused_message();
    case 'message.edit':
      return m.refused_edit();
    case 'message.delete':
      return m.refused_delete();
    case 'reaction.set':
      return m.refused_reaction({ emoji: intent.emoji });
    case 'pin.set':
    case 'pin.remove':
      return m.refused_pin();
    case 'paper.create':
    case 'paper.rights':
    case 'paper.write':
      return m.refused_paper();
    case 'role.set':
    case 'matrix.set':
    case 'history.set':
    case 'duty.set':
      return m.refused_rights();
    default:
      return m.refused_other();
  }
}

/** Whether its words can go back into the composer. */
export function hasWords(intent: Intent): boolean {
  return intent.act === 'message.create' || intent.act === 'message.edit';
}

/** Refusals that another standing, or other rights of the chat, may end. */
const OF_RIGHTS: ReadonlySet<string> = new Set<RefusalCode>([
  'not-a-member',
  'chat-is-read-only',
  'only-leads-moderate',
  'reactions-are-off',
  'only-some-may-pin',
  'papers-are-off',
]);
const ACTS: Partial<Record<Intent['act'], ChatAct>> = {
  'message.create': 'say',
  'message.edit': 'edit',
  'message.delete': 'remove',
  'reaction.set': 'react',
  'pin.set': 'pin',
  'pin.remove': 'pin',
  'paper.create': 'createPaper',
};

/** What its person would have to be allowed; undefined where no right was missing. */
export function missedRight({ code, intent }: RefusedDraft): { act: ChatAct; message?: string } | undefined {
  const act = OF_RIGHTS.has(code) ? ACTS[intent.act] : undefined;
  if (!act) return undefined;
  return 'message' in intent ? { act, message: intent.message } : { act };
}
