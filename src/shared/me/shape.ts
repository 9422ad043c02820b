/**
 * `me/<person>`: what a person keeps across their own devices. Root map `settings`: small JSON values under free
 * keys (`theme`, `mute/<chat>`, `archive/<chat>`); root map `drafts`: chat id → text of an unfinished message,
 * `edit/<message>` → text of an unfinished edit, `re/<chat>` → id of the message that the draft answers.
 */
export const ME_ROOTS = ['settings', 'drafts'] as const;
