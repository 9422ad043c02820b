import { m } from '#lib/paraglide/messages.js';
import type { Intent } from '#lib/replica/types.ts';

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
