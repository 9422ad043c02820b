/** A log that nobody's flood can fill: of one kind of line so many in a window are written, the others are counted. */
import type { LogFields, RelayLog } from './log.ts';

export const LOG_BOUND = {
  /** Lines of one event and code … */
  lines: 10,
  /** … in so long. What came beyond them is one line at its end. */
  windowMs: 10_000,
} as const;

type Level = keyof RelayLog;

export function bounded(log: RelayLog): RelayLog {
  const windows = new Map<string, { said: number; more: number }>();

  function say(level: Level, event: string, fields?: LogFields): void {
    const { code, room } = fields ?? {};
    const key = `${level} ${event} ${code} ${room}`;
    const window = windows.get(key) ?? open(key, level, event, { code, room });
    if (window.said < LOG_BOUND.lines) {
      window.said++;
      log[level](event, fields);
    } else window.more++;
  }

  function open(key: string, level: Level, event: string, kind: LogFields) {
    const window = { said: 0, more: 0 };
    windows.set(key, window);
    const end = () => {
      windows.delete(key);
      if (window.more > 0) log[level](event, { ...kind, more: window.more });
    };
    setTimeout(end, LOG_BOUND.windowMs).unref();
    return window;
  }

  return {
    info: (event, fields) => say('info', event, fields),
    warn: (event, fields) => say('warn', event, fields),
    error: (event, fields) => say('error', event, fields),
  };
}
