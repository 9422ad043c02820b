/** Vitest browser commands that lay, cut and mend cables to real relays. They live in Node; a test sees numbers. */
import { Cable } from './cable.ts';
import type { FarSchool } from './far-school.ts';

const cables = new Map<number, Cable>();
let next = 1;

type Method = Exclude<keyof Cable, 'school' | 'port'> | Exclude<keyof FarSchool, 'relay' | 'hangUp'>;

/** Starts a relay; its number, and the port where a person's line ends: `ws://127.0.0.1:<port>/<person>`. */
export async function layCable(_context: unknown): Promise<{ cable: number; port: number }> {
  const cable = await Cable.lay();
  cables.set(next, cable);
  return { cable: next++, port: cable.port };
}

/** Calls a method of a cable, or of the school at its end; only plain values come back. */
export async function onCable(
  _context: unknown,
  number: number,
  method: Method,
  ...args: unknown[]
): Promise<unknown> {
  const cable = cables.get(number);
  if (!cable) throw new Error(`no cable ${number}`);
  const { school } = cable;
  const called: Partial<Record<Method, unknown>> = method in cable ? cable : school;
  const call = called[method] as (...args: unknown[]) => unknown;
  const answer = await call.apply(called, args);
  if (method === 'end') cables.delete(number);
  return method === 'peer' ? undefined : answer;
}
