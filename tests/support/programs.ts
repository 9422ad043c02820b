/** The programs as they are started: real processes, on folders that go away with their test. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { PROTOCOL } from '#shared/wire/protocol.ts';
import { TestLine } from './line.ts';
import { freePort } from './served-school.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Running {
  port: number;
  origin: string;
  data: string;
  out(): string;
  links(): string[];
  stop(): Promise<number | null>;
  /** As many signals as the programs between a terminal and this one make of one. */
  interrupt(times: number): void;
  /** As the power goes out. */
  kill(): void;
  /** The exit code, once it ended. */
  ended: Promise<number | null>;
}

export async function startMain(
  options: { data?: string; port?: number; env?: Record<string, string> } = {},
): Promise<Running> {
  const port = options.port ?? (await freePort());
  const data = options.data ?? join(newFolder(), 'data');
  const env = { PARTA_DATA: data, PARTA_PORT: String(port), PARTA_SCHOOL: 'Школа № 7', ...options.env };
  const child = spawn(process.execPath, ['sync-server/main.ts'], { cwd: ROOT, env: { ...clean(), ...env } });
  return running(child, { port, data }, 'Parta runs at');
}

export async function startDemo(
  options: { data?: string; port?: number; args?: string[] } = {},
): Promise<Running> {
  const port = options.port ?? (await freePort());
  const data = options.data ?? join(newFolder(), 'data');
  const args = ['sync-server/demo.ts', '--port', String(port), '--data', data, ...(options.args ?? [])];
  return running(spawn(process.execPath, args, { cwd: ROOT, env: clean() }), { port, data }, 'Start over');
}

/** Resolves once the program has said all that it says at its start. */
async function running(
  child: ChildProcess,
  at: { port: number; data: string },
  sign: string,
): Promise<Running> {
  let out = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      out += chunk;
      if (out.includes(sign)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${out}`)));
  });
  const origin = `http://localhost:${at.port}`;
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  onTestFinished(async () => void (await stop()));
  const interrupt = (times: number) => {
    for (let i = 0; i < times; i++) child.kill(i === 0 ? 'SIGINT' : 'SIGTERM');
  };
  const links = () => out.match(/https?:\S+\/in#\S+/g) ?? [];
  return {
    ...at,
    origin,
    out: () => out,
    stop,
    interrupt,
    links,
    ended,
    kill: () => void child.kill('SIGKILL'),
  };
}

export function runMain(env: Record<string, string>) {
  return runProgram(['sync-server/main.ts'], { PARTA_DATA: newFolder(), ...env });
}

export function runDemo(args: string[]) {
  return runProgram(['sync-server/demo.ts', ...args]);
}

/**
 * Runs a program of the relay to its end, as another user or as an argument of another program (`under`) where that is
 * given; one that does not end is cut off, and its status is null.
 */
export function runProgram(
  words: string[],
  env: Record<string, string> = {},
  { uid = process.getuid?.(), under = [] }: { uid?: number | undefined; under?: string[] } = {},
) {
  const options = { cwd: ROOT, env: { ...clean(), ...env }, uid, encoding: 'utf8', timeout: 20_000 } as const;
  const [program, ...more] = [...under, process.execPath, ...words] as [string, ...string[]];
  return spawnSync(program, more, options);
}

function clean(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARTA_')));
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parta-running-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function signIn(origin: string, link: string): Promise<string> {
  const headers = { 'content-type': 'application/json', origin };
  const body = JSON.stringify({ token: link.split('#')[1] });
  const answer = await fetch(`${origin}/api/in`, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

export async function hello(origin: string, cookie: string): Promise<TestLine> {
  const line = new TestLine(origin, { cookie, origin });
  await line.whenOpen();
  line.say({ kind: 'hello', protocol: PROTOCOL, app: 'test', rooms: [], registry: 0 });
  return line;
}
