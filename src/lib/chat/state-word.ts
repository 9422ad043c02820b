import { m } from '#lib/paraglide/messages.js';
import type { MessageState } from '#lib/replica/types.ts';
import type { IconName } from '#lib/ui/icons.ts';

/** The state of an own message: a sign and its word, never one without the other. */
export const STATE_WORDS: Readonly<Record<MessageState, () => string>> = {
  queued: m.state_queued,
  sent: m.state_sent,
  delivered: m.state_delivered,
  read: m.state_read,
};
export const STATE_ICONS: Readonly<Record<MessageState, IconName>> = {
  queued: 'clock',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
};
