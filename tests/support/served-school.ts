/** The small school, served by a real relay in a process of its own: started, asked for links, killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { History } from './story-history.ts';

export interface SchoolOptions {
  /** Data folder; it may hold the school already. */
  data: string;
  /** Folder of a built release of the app. */
  build?: string;
  port?: number;
  /** As the address bar shows it; by default the relay's own port. */
  origin?: string;
  tls?: { cert: string; key: string };
  /** With `tls`: speaks http on the same port too. */
  alsoPlain?: boolean;
  otherOrigins?: string[];
  trustedProxies?: string[];
  /** What a chat of a new school holds already. */
  history?: History;
}

export interface ServedSchool {
  port: number;
  origin: string;
  /** A one-time link for a person of the small school. */
  linkFor(person: string): Promise<string>;
  /** As the power goes out. */
  kill(): Promise<void>;
}

/** Resolves once the relay listens. */
export async function serveSchool(options: SchoolOptions): Promise<ServedSchool> {
  const port = options.port ?? (await freePort());
  const origin = options.origin ?? `${options.tls ? 'https' : 'http'}://localhost:${port}`;
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  const words = JSON.stringify({ ...options, port, origin });
  const child = fork(fileURLToPath(new URL('./school-program.ts', import.meta.url)), [words], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (part) => {
    said += part;
  });
  const ready = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
  if (!ready) throw new Error(`the school did not start:\n${said}`);
  return {
    port,
    origin,
    async linkFor(person) {
      child.send(person);
      const [answer] = (await once(child, 'message')) as [{ link: string }];
      return answer.link;
    },
    kill: () => killed(child),
  };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
