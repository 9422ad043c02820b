/**
 * One-time links as a plugin of better-auth. The store holds a hash, so a stolen database opens no door; consuming
 * is one transaction, so of two who redeem a link at once one gets in.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { AuthContext, BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import * as v from 'valibot';

export const REDEEM_PATH = '/one-time-link/redeem';
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export interface Door {
  createVerificationValue(data: { identifier: string; value: string; expiresAt: Date }): Promise<unknown>;
  findVerificationValue(identifier: string): Promise<unknown>;
}

/** Makes a link's token for a person. It is returned this once and can be read nowhere afterwards. */
export async function issueToken(door: Door, person: string, expiresAt: number): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await door.createVerificationValue({
    identifier: identifierOf(token),
    value: person,
    expiresAt: new Date(expiresAt),
  });
  return token;
}

/** Whether a token may still open something: it was issued, and nobody redeemed it. */
export async function isWaiting(door: Door, token: string): Promise<boolean> {
  return TOKEN.test(token) && Boolean(await door.findVerificationValue(identifierOf(token)));
}

/** `knows` says whether the person is still of the school at the moment of signing in. */
export function oneTimeLinks(knows: (person: string) => boolean) {
  return {
    id: 'one-time-links',
    endpoints: {
      redeemOneTimeLink: createAuthEndpoint(
        REDEEM_PATH,
        { method: 'POST', body: v.object({ token: v.pipe(v.string(), v.regex(TOKEN)) }) },
        async (ctx) => {
          const door = ctx.context.internalAdapter;
          const link = await door.consumeVerificationValue(identifierOf(ctx.body.token));
          if (!link || !knows(link.value)) throw new APIError('UNAUTHORIZED', { code: 'LINK_GONE' });
          const person = link.value;
          const user = await userFor(door, person);
          // Addresses and browsers of people are not kept: the school has no use for them.
          const session = await door.createSession(person, false, { ipAddress: '', userAgent: '' });
          await setSessionCookie(ctx, { session, user });
          return ctx.json({ person, expiresAt: session.expiresAt.getTime() });
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}

type InternalAdapter = AuthContext['internalAdapter'];

/** Two devices may redeem the first two links of a person at once: whoever comes second finds the user. */
async function userFor(door: InternalAdapter, person: string) {
  const known = await door.findUserById(person);
  if (known) return known;
  // better-auth wants a name and an address; the school's rows hold the name, and there is no address.
  const email = `${Buffer.from(person).toString('hex')}@person.invalid`;
  try {
    return await door.createUser(
      { id: person, name: '', email, emailVerified: false },
      { method: 'one-time-link' },
    );
  } catch (error) {
    const made = await door.findUserById(person);
    if (made) return made;
    throw error;
  }
}

function identifierOf(token: string): string {
  return `one-time-link:${createHash('sha256').update(token).digest('base64url')}`;
}
