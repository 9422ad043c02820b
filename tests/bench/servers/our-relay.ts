// Our relay in a process of its own, as the product composes it: SQLite in a folder with fsync'd commits, rooms, judge,
// policies, gate and line. The bench school alone stands in for the registry. Arguments: port, folder, Plan as JSON.
import type { RelayLog } from '#server/monitoring/log.ts';
import { openStore, startRelay } from '#server/serve.ts';
import { benchSchool, benchSessions } from './bench-school.ts';
import type { Plan } from './server-kind.ts';

/** Short, so that the bench sees rooms leave the memory within its own patience; the product waits longer. */
const IDLE_MS = 2_000;

const [port, folder, plan] = process.argv.slice(2) as [string, string, string];

const relay = await startRelay({
  store: await openStore(folder, { isStretched: true }),
  port: Number(port),
  host: '127.0.0.1',
  origin: '',
  school: benchSchool(JSON.parse(plan) as Plan),
  sessions: benchSessions(),
  log: troublesAlone(),
  idleMs: IDLE_MS,
});
process.send?.({ port: relay.port });

/** What goes wrong belongs to the last words of a server; who listens where does not. */
function troublesAlone(): RelayLog {
  const tell = (event: string, fields?: object) => console.error(event, JSON.stringify(fields ?? {}));
  return { info: () => {}, warn: tell, error: tell };
}
