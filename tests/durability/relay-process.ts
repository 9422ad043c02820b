/** A relay in a process of its own, to be killed: `node relay-process.ts <data folder> <person>…`; prints its origin. */
import { smallRegistry } from '#server/registry/school.fixture.ts';
import { silent, startTestRelay } from '../support/relay.ts';
import { createSessions } from '../support/sessions.ts';

/** Chats of the load beside those of the small school: one a round, so that no segment fills. */
export const CHATS = 24;

export function loadRegistry() {
  const registry = smallRegistry();
  const like = registry.chats['7a'];
  if (!like) throw new Error('the small school has no class chat');
  for (let i = 0; i < CHATS; i++) registry.chats[`k${i}`] = { ...like, title: `Чат ${i}` };
  return registry;
}

const [dataDir, ...persons] = process.argv.slice(2);
if (dataDir !== undefined && import.meta.main) {
  const sessions = createSessions();
  for (const person of persons) sessions.signIn(person);
  const rates = { intentsPerSecond: 10_000, intentsBurst: 10_000 };
  const relay = await startTestRelay({ dataDir, sessions, registry: loadRegistry(), rates, log: silent });
  process.stdout.write(`${relay.origin}\n`);
}
