/** What every line stands on. */
import { REFUSALS } from '#shared/school/refusals.ts';
import type { People } from '../gate/people.ts';
import type { RelayLog } from '../monitoring/log.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { School } from '../registry/school.ts';
import type { Log } from '../store/log.ts';
import type { Marks } from '../store/marks.ts';
import type { Line } from './line.ts';
import type { Presence } from './presence.ts';
import type { ReadMarks } from './read-marks.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import type { StockClient } from './stock.ts';
import type { Switchboard } from './switchboard.ts';
import type { Watcher } from './watcher.ts';

export interface LineGround {
  rooms: Rooms;
  people: People;
  school: School;
  log: Log;
  rows: Marks;
  lines: Switchboard<Line>;
  presence: Presence;
  marks: ReadMarks;
  metrics: Metrics;
  relayLog: RelayLog;
  limits: { helloTimeoutMs: number };
  left(line: Line | StockClient): void;
  stocks: Set<StockClient>;
  /** Shows presence bytes to everybody else in a room. */
  showPresence(room: Room, doc: string, bytes: Uint8Array, from: Watcher): void;
}

/** Somebody asked for what is not there for them. Which it was stands nowhere: a name says who talks with whom. */
export function noteUnknown({ metrics, relayLog }: Pick<LineGround, 'metrics' | 'relayLog'>): void {
  const code = 'unknown-place';
  metrics.count('refusals_total', { code });
  relayLog.info('refused', { code, says: REFUSALS[code].log });
}
