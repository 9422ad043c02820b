/** What both starts do at their ends: say what is wrong in a sentence, and stop gracefully. */

/** A start that hangs at its end is cut off: what was acknowledged is on disk already. */
const STOP_MS_MAX = 10_000;

/** Stops once, on the first signal; a second one ends the process at once. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

/** Why a port could not be had, as a sentence; undefined when the error is another one. `advice` says what to do. */
export function portTrouble(error: unknown, port: number, host: string, advice: string): string | undefined {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return `Port ${port} is taken by another program. ${advice}`;
  if (code === 'EACCES') return `This user may not open port ${port}. ${advice}`;
  if (code === 'EADDRNOTAVAIL') return `${host} is no address of this computer. ${advice}`;
  return undefined;
}
