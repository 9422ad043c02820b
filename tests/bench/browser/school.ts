// A school in a process of its own behind shaped wires: what a browser row measures against.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/served-school.ts';
import { builtApp } from './built-app.ts';
import type { ProgramOptions, Question, Ready, SchoolPlan } from './school-plan.ts';
import { FREE, ShapedWire } from './shaped-wire.ts';

export interface BenchedSchool {
  /** The line of the measured browser, and the address that it opens. */
  readonly wire: ShapedWire;
  readonly origin: string;
  /** The same school without a shaped line, for everybody else. */
  readonly freeOrigin: string;
  readonly cast: Readonly<Record<string, string>>;
  readonly build: string;
  link(person: string): Promise<string>;
  /** Others write while nobody is connected; gives the last sequence of each room. */
  more(messages: number): Promise<Readonly<Record<string, number>>>;
  /** Writes a chat's segments into a file; gives how many there are. */
  segments(chat: string, file: string): Promise<number>;
}

const running = new Set<ChildProcess>();

/** Runs `measure` with a school that is gone afterwards. `build`: a copy of the app with more in it. */
export async function withSchool<Result>(
  plan: SchoolPlan,
  measure: (school: BenchedSchool) => Promise<Result>,
  build?: string,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'parta-bench-school-'));
  const wire = await ShapedWire.lay(FREE);
  let child: ChildProcess | undefined;
  try {
    const port = await freePort();
    wire.leadTo(port);
    const origin = `http://localhost:${wire.port}`;
    const freeOrigin = `http://localhost:${port}`;
    const app = build ?? builtApp();
    const options: ProgramOptions = {
      ...{ data: join(folder, 'data'), port, origin, otherOrigins: [freeOrigin], build: app, plan },
    };
    await mkdir(options.data, { mode: 0o700 });
    child = await begin(options);
    const [{ cast }] = (await heard(child)) as [Ready];
    const ask = (question: Question) => asked(child as ChildProcess, question);
    return await measure({
      ...{ wire, origin, freeOrigin, cast, build: app },
      link: async (person) => (await ask({ ask: 'link', person })).link as string,
      more: async (messages) => (await ask({ ask: 'more', messages })).seqs as Record<string, number>,
      segments: async (chat, file) => (await ask({ ask: 'segments', chat, file })).head as number,
    });
  } finally {
    if (child) await end(child);
    wire.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function begin(options: ProgramOptions): Promise<ChildProcess> {
  const file = fileURLToPath(new URL('./school-program.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  running.add(child);
  return child;
}

async function asked(child: ChildProcess, question: Question): Promise<Record<string, unknown>> {
  child.send(question);
  const [answer] = await heard(child);
  return answer as Record<string, unknown>;
}

async function heard(child: ChildProcess): Promise<unknown[]> {
  const gone = new AbortController();
  const end = once(child, 'exit', { signal: gone.signal }).then(() => {
    throw new Error('the school of the bench ended');
  });
  try {
    return await Promise.race([once(child, 'message'), end]);
  } finally {
    end.catch(() => undefined);
    gone.abort();
  }
}

async function end(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Ends what an overdue case left running. */
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
