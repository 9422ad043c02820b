// A server in a process of its own, with the stat channel loaded into it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface MemoryUse {
  /** What the system has given the process. */
  readonly rssBytes: number;
  /** What the program still holds: JavaScript heap and buffers. */
  readonly heldBytes: number;
}

export interface ServerProcess {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  /** Process CPU so far, all threads, user and system. */
  cpuSeconds(): Promise<number>;
  memory(): Promise<MemoryUse>;
  /** SIGKILL, resolved when the process is gone. */
  kill(): Promise<void>;
}

export interface ServerCommand {
  readonly file: URL;
  readonly args: readonly string[];
  /** Flags that the program is always started with. */
  readonly nodeFlags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** How a program that knows nothing of the bench tells its port; peers send it over IPC. */
  readonly port?: (child: ChildProcess) => Promise<number>;
}

/** Where CPU profiles of the servers go; a profiled server ends by itself, since a killed one writes none. */
const PROFILES = process.env.BENCH_PROFILES;
const STAT_CHANNEL = new URL('./stat-channel.ts', import.meta.url);
const BOOT_TIMEOUT_MS = 30_000;
const STDERR_KEPT_CHARACTERS = 4_000;
/** The servers of the case at work: another one may be waiting beside it. */
const scope = new AsyncLocalStorage<Set<ChildProcess>>();

export async function startServerProcess(command: ServerCommand): Promise<ServerProcess> {
  const child = fork(command.file, command.args, {
    execArgv: ['--expose-gc', ...(command.nodeFlags ?? []), '--import', STAT_CHANNEL.href, ...profiling()],
    env: { ...process.env, NODE_ENV: 'production', ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const running = scope.getStore();
  running?.add(child);
  child.once('exit', () => running?.delete(child));
  const lastWords = keepLastWords(child);
  const port = await Promise.race([
    (command.port ?? portOverIpc)(child),
    diedBeforeReady(child, lastWords),
    timeOut(`${command.file.pathname} did not listen in time`),
  ]);
  return {
    port,
    cpuSeconds: async () => Number((await ask(child, 'cpu')).seconds),
    memory: async () => (await ask(child, 'memory')) as unknown as MemoryUse,
    kill: () => kill(child),
  };
}

/** Runs a case, and ends what it left running when it failed or was overdue. */
export async function endingItsServers<Result>(work: () => Promise<Result>): Promise<Result> {
  const running = new Set<ChildProcess>();
  try {
    return await scope.run(running, work);
  } finally {
    await Promise.all([...running].map(kill));
  }
}

type Answer = Record<string, unknown>;

function ask(child: ChildProcess, question: 'cpu' | 'memory'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    function stop() {
      child.off('message', onMessage);
      child.off('exit', onExit);
    }
    function onMessage(message: unknown) {
      const answer = message as Answer;
      if (answer.answer !== question) return;
      stop();
      resolve(answer);
    }
    function onExit() {
      stop();
      reject(new Error('the server died while it was measured'));
    }
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send(question);
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  if (PROFILES === undefined) child.kill('SIGKILL');
  else child.disconnect();
  await gone;
}

function profiling(): string[] {
  return PROFILES === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${PROFILES}`];
}

async function portOverIpc(child: ChildProcess): Promise<number> {
  const [message] = await once(child, 'message');
  return (message as { port: number }).port;
}

function keepLastWords(child: ChildProcess): () => string {
  let words = '';
  child.stdout?.resume();
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    words = (words + chunk).slice(-STDERR_KEPT_CHARACTERS);
  });
  return () => words;
}

async function diedBeforeReady(child: ChildProcess, lastWords: () => string): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the server exited with ${String(code)} before it listened: ${causeOf(lastWords())}`);
}

/** The line that names the error, without the stack around it. */
function causeOf(words: string): string {
  return /^\w*Error.*$/m.exec(words)?.[0] ?? words.trim();
}

function timeOut(sentence: string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(sentence)), BOOT_TIMEOUT_MS).unref();
  });
}
