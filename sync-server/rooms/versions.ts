/** How a paper was before: its moments, and its content as of one. For its editors (history.ts says what is kept). */
import { type Context, Hono, type Next } from 'hono';
import { may } from '#shared/school/may.ts';
import { paperDoc } from '#shared/school/names.ts';
import type { People, Person } from '../gate/people.ts';
import type { Session, Sessions } from '../gate/sessions.ts';
import type { Log, Moment } from '../store/log.ts';
import { asOf } from './history.ts';
import { LINE_LIMITS } from './limits.ts';
import type { Places } from './places.ts';

export interface VersionsGround {
  sessions: Sessions;
  people: People;
  places: Places;
  log: Pick<Log, 'moments' | 'history'>;
}

/** What one person wrote at one go. */
export interface Sitting {
  /** The sequence that it ended with. */
  seq: number;
  at: number;
  person: string;
  since: number;
  /** How the paper was in the course of it, newest first; the first is its end. */
  steps: { seq: number; at: number }[];
}

/** Changes of one person that follow one another closer than this are one version. */
const ONE_SITTING_MS = 10 * 60 * 1000;
/** Who pauses for so long has come to some end: what stood there then can be read. */
const ONE_STEP_MS = 3_000;
/** More than hands type in a moment: something was pasted, or a version brought back. */
const TYPED_BYTES_MAX = 128;
const NO_IDS: ReadonlySet<string> = new Set();

/** The past of a paper is long: who asks for it pays for each so many rows, and bytes, that were read for it. */
const ASK_ROWS = 200;
const ASK_BYTES = 64 * 1024;

type Env = { Variables: { session: Session; asker: Person } };

export function versionRoutes(ground: VersionsGround): Hono<never> {
  const app = new Hono<Env>();
  const inTurn = oneAtATime();
  app.use('/api/papers/:id/versions/*', async (c, next) => {
    const session = await ground.sessions.ofHeaders(c.req.raw.headers);
    if (!session) return c.json({ code: 'signed-out' }, 401);
    c.set('session', session);
    return inTurn(() => onlyForEditors(ground, c.req.param('id'), c, next));
  });
  app.get('/api/papers/:id/versions', async (c) => {
    const moments = await ground.log.moments(paperDoc(c.req.param('id')));
    c.var.asker.chargeAsks(priceOf(moments.length, 0));
    return c.json({ versions: sittings(moments) });
  });
  app.get('/api/papers/:id/versions/:seq', async (c) => {
    const seq = Number(c.req.param('seq'));
    if (!Number.isSafeInteger(seq) || seq < 1) return c.json({ code: 'unknown-version' }, 404);
    const version = await asOf(ground.log, paperDoc(c.req.param('id')), seq);
    if (version === 'too-much') return c.json({ code: 'too-long' }, 413);
    if (!version) return c.json({ code: 'unknown-version' }, 404);
    c.var.asker.chargeAsks(priceOf(version.rows, version.bytes));
    return c.body(new Uint8Array(version.update), 200, {
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
    });
  });
  return app as unknown as Hono<never>;
}

/** Who asks for many at once is told of the price before the second is made; and the store has others to serve. */
function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

const priceOf = (rows: number, bytes: number) => Math.floor(rows / ASK_ROWS) + Math.floor(bytes / ASK_BYTES);

async function onlyForEditors(ground: VersionsGround, paper: string, c: Context<Env>, next: Next) {
  const refused = whyNot(ground, c.var.session, paper);
  if (refused) return c.json({ code: refused }, 403);
  const asker = await ground.people.get(c.var.session.person);
  if (asker.ask(performance.now(), LINE_LIMITS.stockAskCosts) > 0) return c.json({ code: 'try-later' }, 429);
  c.set('asker', asker);
  return next();
}

/** A paper that does not exist looks like one of others. */
function whyNot({ places }: VersionsGround, session: Session, paper: string): string | undefined {
  const around = places.around(paperDoc(paper), session.person, 0, NO_IDS);
  if (!around || !may(around.who, 'paper.read', around.place).ok) return 'unknown-place';
  const verdict = may(around.who, 'paper.edit', around.place);
  return verdict.ok ? undefined : verdict.code;
}

/** Of moments, newest first. */
export function sittings(moments: readonly Moment[]): Sitting[] {
  const found: Sitting[] = [];
  let after: Moment | undefined;
  for (const moment of moments) {
    const { seq, at, person } = moment;
    const sitting = found.at(-1);
    if (!after || !sitting || sitting.person !== person || sitting.since - at >= ONE_SITTING_MS)
      found.push({ seq, at, person, since: at, steps: [{ seq, at }] });
    else {
      sitting.since = at;
      if (isStep(moment, after)) sitting.steps.push({ seq, at });
    }
    after = moment;
  }
  return found;
}

/** Whether what stood there is worth reading: the writer paused, deleted next, or brought much at once. */
function isStep(moment: Moment, after: Moment): boolean {
  if (after.at - moment.at >= ONE_STEP_MS || after.bytes > TYPED_BYTES_MAX) return true;
  return after.deletes && !moment.deletes;
}
