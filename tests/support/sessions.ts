/** Sessions of a test: a token is a person's name and a number, and ends when the test says so. */
import type { Session, Sessions } from '#server/gate/sessions.ts';

export interface TestSessions extends Sessions {
  /** Signs a person in; the token goes into a cookie `session=…`. */
  signIn(person: string, expiresAt?: number): string;
  end(token: string): void;
}

const HOUR_MS = 3_600_000;

export function createSessions(): TestSessions {
  const living = new Map<string, Session>();
  const listeners = new Set<(session: string) => void>();
  let next = 1;
  const ofToken = async (token: string) => {
    const session = living.get(token);
    return session && session.expiresAt > Date.now() ? session : undefined;
  };
  return {
    ofToken,
    ofHeaders(headers) {
      const [, bearer] = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '') ?? [];
      return ofToken(bearer ?? /session=([^;]+)/.exec(headers.get('cookie') ?? '')?.[1] ?? '');
    },
    onEnd(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signIn(person, expiresAt = Date.now() + HOUR_MS) {
      const token = `${person}.${next++}`;
      living.set(token, { id: token, person, expiresAt });
      return token;
    },
    end(token) {
      living.delete(token);
      for (const listener of listeners) listener(token);
    },
  };
}
