/** What a notice says, with what can really be done here. */
import { m } from '#lib/paraglide/messages.js';
import type { Notice } from '#lib/session/support.ts';
import type { InstallWay } from './install.svelte.ts';

export function noticeWords(notice: Notice, way: InstallWay): string {
  if (notice === 'safari-7-days')
    return `${m.notice_safari_7_days()} ${way === 'mac-steps' ? m.notice_dock() : m.notice_home()}`;
  return `${m.notice_not_persistent()} ${canInstall(way) ? m.notice_install() : m.notice_room()}`;
}

export function canInstall(way: InstallWay): boolean {
  return way === 'prompt' || way === 'ios-steps' || way === 'mac-steps';
}
