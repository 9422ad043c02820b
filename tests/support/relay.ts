/** A real relay for tests: real SQLite in a folder of its own, a small school of named people, a random port. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, type RelayLog } from '#server/monitoring/log.ts';
import type { RegistryBytes } from '#server/registry/automerge-school.ts';
import { foundSchool, openSchool } from '#server/registry/founding.ts';
import { NAMES, smallRegistry } from '#server/registry/school.fixture.ts';
import { openStore, type Relay, type RelayOptions, startRelay } from '#server/serve.ts';
import type { SqliteStore } from '#server/store/sqlite/sqlite-store.ts';
import type { Registry } from '#shared/registry/shape.ts';
import { createSessions, type TestSessions } from './sessions.ts';

export interface TestRelay extends Relay {
  dataDir: string;
  store: SqliteStore;
  sessions: TestSessions;
  school: NonNullable<Awaited<ReturnType<typeof openSchool>>>;
  /** Lines of the structured log. */
  logged: string[];
  /** Closes, then opens the same folder again. */
  restart(options?: TestRelayOptions): Promise<TestRelay>;
  /** Closes and removes the folder. */
  end(): Promise<void>;
}

export interface TestRelayOptions extends Partial<RelayOptions> {
  dataDir?: string;
  registry?: Registry;
  pagesMax?: number;
  registryBytes?: RegistryBytes;
  sessions?: TestSessions;
}

/** Starts a relay over `dataDir`, or a fresh folder with the small school of `school.fixture.ts`. */
export async function startTestRelay(options: TestRelayOptions = {}): Promise<TestRelay> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'parta-relay-'));
  const store = await openStore(
    dataDir,
    options.pagesMax === undefined ? {} : { pagesMax: options.pagesMax },
  );
  const sessions = options.sessions ?? createSessions();
  const nameOf = (person: string) => NAMES[person];
  let school = await openSchool(store, 'main', nameOf, options.registryBytes);
  if (!school) {
    await foundSchool(store, options.registry ?? smallRegistry(), Date.UTC(2026, 8, 1));
    school = await openSchool(store, 'main', nameOf, options.registryBytes);
  }
  if (!school) throw new Error('the school was not founded');
  const logged: string[] = [];
  const log = options.log ?? createLog((line) => logged.push(line));
  const relay = await startRelay({
    port: 0,
    host: '127.0.0.1',
    origin: '',
    ...options,
    store,
    school,
    sessions,
    log,
  });
  return {
    ...relay,
    dataDir,
    store,
    sessions,
    school,
    logged,
    async restart(more = {}) {
      await relay.close();
      const { pagesMax: _, ...same } = options;
      return startTestRelay({ ...same, ...more, dataDir, sessions });
    },
    async end() {
      await relay.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export const silent: RelayLog = createLog(() => undefined);
