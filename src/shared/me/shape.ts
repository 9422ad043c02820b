/**
 * `me/<person>`: what a person keeps across their own devices. Root map `settings`: small JSON values under free
 * keys (`theme`, `mute/<chat>`, `archive/<chat>`); root map `drafts`: chat id → text of an unfinished message.
 */
export const ME_ROOTS = ['settings', 'drafts'] as const;
