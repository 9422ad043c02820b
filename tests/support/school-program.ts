/** The small school as a program of its own, so that a story can kill it. Speaks to its parent by messages. */
import { readFileSync } from 'node:fs';
import { createLog } from '#server/monitoring/log.ts';
import { foundSchool } from '#server/registry/founding.ts';
import { NAMES, smallRegistry } from '#server/registry/school.fixture.ts';
import { start } from '#server/start.ts';
import type { SchoolOptions } from './served-school.ts';
import { writeHistory } from './story-history.ts';

const options = JSON.parse(process.argv[2] as string) as Required<Pick<SchoolOptions, 'data' | 'port'>> &
  SchoolOptions & { origin: string };
const { tls, data: dataDir, trustedProxies = [] } = options;
const started = await start({
  ...options,
  dataDir,
  trustedProxies,
  host: '127.0.0.1',
  tls: tls && { cert: readFileSync(tls.cert), key: readFileSync(tls.key) },
  log: createLog((line) => void process.stderr.write(`${line}\n`)),
  async found(store, people) {
    people.put(Object.entries(NAMES).map(([person, name]) => ({ person, name })));
    await foundSchool(store, smallRegistry(), Date.now());
    if (options.history) await writeHistory(store, options.history, Date.now());
  },
});
process.on('message', (person: string) => {
  void started.accounts.link(person).then((link) => process.send?.({ link }));
});
// A story that failed leaves no relay behind.
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
