/** Structured logs: one JSON object a line, of names of rules and counts. Never names of people, text or secrets. */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
export type Write = (line: string) => void;

export interface RelayLog {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Writes to standard output, or wherever `write` puts a line. */
export function createLog(write: Write = (line) => process.stdout.write(`${line}\n`)): RelayLog {
  const at = (level: string) => (event: string, fields?: LogFields) =>
    write(JSON.stringify({ at: new Date().toISOString(), level, event, ...fields }));
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
