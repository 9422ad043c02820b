/** The list of all papers that a person may read: a device knows only those of chats that it has loaded. */
import { Hono } from 'hono';
import type { People } from '../gate/people.ts';
import type { Sessions } from '../gate/sessions.ts';
import { LINE_LIMITS } from './limits.ts';
import type { Places } from './places.ts';

export interface ListingGround {
  sessions: Sessions;
  people: People;
  places: Places;
}

/** More of them nobody looks through: the newest are told. */
const PAPERS_LISTED_MAX = 2_000;

export function listingRoutes({ sessions, people, places }: ListingGround): Hono<never> {
  const app = new Hono();
  app.get('/api/papers', async (c) => {
    const session = await sessions.ofHeaders(c.req.raw.headers);
    if (!session) return c.json({ code: 'signed-out' }, 401);
    const person = await people.get(session.person);
    if (person.ask(performance.now(), LINE_LIMITS.stockAskCosts) > 0)
      return c.json({ code: 'try-later' }, 429);
    const papers = places
      .papersOf(session.person)
      .sort((a, b) => b.at - a.at)
      .slice(0, PAPERS_LISTED_MAX)
      .map(({ paper, chat, owner, edit, title, at }) => ({ id: paper, chat, by: owner, edit, title, at }));
    return c.json({ papers }, 200, { 'cache-control': 'no-store' });
  });
  return app as unknown as Hono<never>;
}
