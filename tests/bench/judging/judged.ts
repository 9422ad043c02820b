// The relay's whole way from an intent's bytes to an applied update, as a room goes it: known by number?, decode,
// resolve, judge by the policy of its kind, apply.
import type { Live } from '#server/rooms/live.ts';
import { sumOf, turnOf } from '#server/rooms/taking.ts';
import { YjsContent } from '#server/rooms/yjs-content.ts';
import type { LeaseLast } from '#server/store/log.ts';
import type { Place } from '#shared/school/may.ts';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import type { Standing } from '#shared/school/roles.ts';
import type { Workload } from './workloads.ts';

const NO_IDS: ReadonlySet<string> = new Set();

type Outcome = { readonly ok: true } | { readonly ok: false; readonly code: string };

/** Takes one update. Never throws. */
export type Take = (update: Uint8Array) => Outcome;

/** The document as the relay holds it; made outside the measured time. */
export function opened(workload: Workload): Take {
  const { kind, base, lease, person, baseMessages } = workload;
  const who: Standing = { person, role: 'student', duties: { [UNIT]: 'student' } };
  const around = { who, place: PLACES[kind], chat: CHAT, open: true, paperExists: () => false, ids: NO_IDS };
  const content = new YjsContent(NAMES[kind], kind, [base], baseMessages, () => around);
  const speaker = { person, leases: new Set([lease]) };
  // All that the first question reads of a room.
  const live = { epoch: EPOCH, lasts: new Map<number, LeaseLast>() } as Live;
  let seq = 0;
  return (bytes) => {
    const last = live.lasts.get(lease)?.n ?? 0;
    const n = workload.numbered ? last + 1 : 0;
    const intent = { doc: NAMES[kind], lease, n, replaces: { lease: 0, n: 0 }, bytes };
    const sum = sumOf(intent);
    const turn = turnOf(live, intent, speaker, EPOCH, sum);
    if (turn.turn !== 'next') return { ok: false, code: turn.turn };
    const taken = content.take(intent, speaker, { seq: ++seq, at: seq });
    if (!taken.ok) return { ok: false, code: taken.code };
    live.lasts.set(lease, { lease, person, n: last + 1, digest: sum, closed: false, seq, at: seq });
    return TAKEN;
  };
}

const TAKEN: Outcome = { ok: true };
const EPOCH = 'bench';
const UNIT = '7a';
const CHAT = '7a';
const CLASS_CHAT: Place = {
  kind: 'chat',
  unit: UNIT,
  audience: ['student'],
  people: {},
  matrix: DEFAULT_MATRIX,
};
const PLACES = {
  feed: CLASS_CHAT,
  paper: { kind: 'paper', chat: CLASS_CHAT, owner: 'anna', edit: 'everyone' },
} satisfies Record<Workload['kind'], Place>;
const NAMES = { feed: `chat/${CHAT}/feed/1`, paper: 'paper/plan' };
