/** A device whose disk does not open: it shows that, keeps nothing, wipes nothing, and never pretends to have sent. */
import { Awareness } from 'y-protocols/awareness';
import { salvage } from './salvage.ts';
import type { Chat, Device, DiskState, LineState, Me, Paper, Verdict } from './types.ts';
import { newDoc } from './ydoc.ts';

const NO: Verdict = { ok: false, code: 'storage-failed' };
const no = (): Promise<Verdict> => Promise.resolve(NO);

export function brokenDevice(person: string, disk: DiskState): Device {
  const line: LineState = { at: 'offline', since: Date.now(), storing: true, code: 0 };
  const me: Me = { setting: () => undefined, settings: () => ({}), set: no };
  return {
    ...{ person, line, disk, unsent: 0, unsentActs: 0, projection: undefined },
    subscribe: () => () => {},
    who: () => undefined,
    chats: () => [],
    chat: brokenChat,
    papers: () => [],
    keepPapers: async () => {},
    paper: brokenPaper,
    registry: () => Promise.reject(new Error('the disk does not open')),
    me: () => me,
    refused: () => [],
    dismiss: () => Promise.resolve(),
    reuse: () => Promise.resolve(),
    exportAll: () => salvage(person),
    signOut: async (how) => {
      if (how === 'wait') return { at: 'stays' };
      return { at: 'gone', exported: how === 'export' ? await salvage(person) : undefined };
    },
    wake: () => {},
    close: () => Promise.resolve(),
  };
}

function brokenChat(id: string): Chat {
  return {
    ...{ id, ready: false, hasOlder: false, beginsLate: false, firstUnread: undefined, draft: '' },
    drafts: { draft: () => '', setDraft: () => {}, hold: () => {}, draftNames: () => [] },
    ...{ say: no, edit: no, remove: no, react: no, pin: no, unpin: no, createPaper: no, setPaperRights: no },
    messages: () => [],
    older: () => Promise.resolve(false),
    markRead: () => {},
    pins: () => [],
    idOf: (message) => message,
    isGone: () => false,
    find: () => Promise.resolve(false),
    may: () => NO,
    setDraft: () => {},
    close: () => {},
  };
}

function brokenPaper(id: string): Paper {
  const doc = newDoc(`paper/${id}`);
  return {
    ...{ id, doc, awareness: new Awareness(doc), ready: false, right: 'none', reason: undefined },
    ...{ chat: undefined, card: undefined, schema: 'empty', unsynced: 0, unsaved: false, flush: no },
    pending: () => [],
    returned: () => [],
    dismissReturned: () => Promise.resolve(),
    copies: () => [],
    openCopy: () => Promise.resolve(undefined),
    dismissCopy: () => Promise.resolve(),
    leave: () => {},
    close: () => {},
  };
}
