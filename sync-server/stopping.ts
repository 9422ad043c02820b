/** What both starts do at their ends: say what is wrong in a sentence, and stop gracefully. */

import { DatabaseLost, FolderTaken } from './start.ts';

/** A start that hangs at its end is cut off: what was acknowledged is on disk already. */
const STOP_MS_MAX = 10_000;

/** Ctrl+C reaches every program of a terminal, and those above pass it on: what comes so close is the same one. */
const SAME_SIGNAL_MS = 500;

/** Stops once, on the first signal; a second one ends the process at once. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let since: number | undefined;
  const onSignal = () => {
    if (since !== undefined && performance.now() - since < SAME_SIGNAL_MS) return;
    if (since !== undefined) process.exit(1);
    since = performance.now();
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

interface Advice {
  port: string;
  host: string;
  folder: string;
  lost: string;
}

/** Why a start failed and what to do, as a sentence; undefined when nobody at the console can mend it. */
export function startTrouble(
  error: unknown,
  { port, host, dataDir }: { port: number; host: string; dataDir: string },
  advice: Advice,
): string | undefined {
  if (error instanceof FolderTaken) return `${error.message}. ${advice.folder}`;
  if (error instanceof DatabaseLost) return `${error.message}. ${advice.lost}`;
  const { code = '', syscall, path, message } = error as NodeJS.ErrnoException;
  if (code === 'SQLITE_FULL' || code === 'ENOSPC')
    return `The disk of ${dataDir} is full. Free some room there, and start again.`;
  if (code.startsWith('SQLITE_'))
    return `A database in ${dataDir} cannot be used (${message}). Which one, and what to do: npm run doctor`;
  if (code === 'EADDRINUSE') return `Port ${port} is taken by another program. ${advice.port}`;
  if (syscall === 'mkdir') return `${path} is no folder, and none can be made there. Name another one.`;
  if (['EACCES', 'EPERM'].includes(code) && syscall !== 'listen')
    return `This user may not use ${path}. What to do: npm run doctor`;
  if (code === 'EACCES') return `This user may not open port ${port}. ${advice.port}`;
  if (code === 'EADDRNOTAVAIL') return `${host} is no address of this computer. ${advice.host}`;
  return undefined;
}

/** Another relay took the rooms over: this one can store nothing any more and must not go on answering. */
export function endFenced(): never {
  console.error('Another Parta took this data folder over. This one ends: only one may run on a folder.');
  process.exit(1);
}

/** Whether what was written last is on the disk is unknown: nothing of it was acknowledged, and devices send it again. */
export function endBroken(): never {
  console.error(
    'The disk failed while Parta was writing. It ends, and reads at its next start what the disk holds.',
  );
  process.exit(1);
}
