// Preloaded into every measured server with --import, ours and the peers alike: the bench asks over IPC what the process
// has used. CPU is asked without a collection and memory after one, so that asking for memory never costs measured CPU.
import type { MemoryUse } from './server-process.ts';

const COLLECTIONS = 3;

process.on('message', (question) => {
  if (question === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ answer: 'cpu', seconds: (user + system) / 1e6 });
  }
  if (question === 'memory') process.send?.({ answer: 'memory', ...memoryAfterCollection() });
});
// A bench that died must not leave servers behind.
process.on('disconnect', () => process.exit(0));

function memoryAfterCollection(): MemoryUse {
  for (let i = 0; i < COLLECTIONS; i++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rssBytes: rss, heldBytes: heapUsed + external };
}
