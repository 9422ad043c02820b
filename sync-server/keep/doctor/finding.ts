/** What the doctor says: what is so, and what to do about it. */
export interface Finding {
  level: 'ok' | 'warn' | 'bad';
  what: string;
  /** Empty when there is nothing to do. */
  todo: string;
}

export const ok = (what: string): Finding => ({ level: 'ok', what, todo: '' });
export const warn = (what: string, todo: string): Finding => ({ level: 'warn', what, todo });
export const bad = (what: string, todo: string): Finding => ({ level: 'bad', what, todo });
