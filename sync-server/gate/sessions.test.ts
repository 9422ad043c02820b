/** The sessions that tests sign in with keep what the port promises, or a test would prove nothing of the relay. */
import { describe } from 'vitest';
import { createSessions } from '../../tests/support/sessions.ts';
import { sessionsContract } from './sessions.contract.ts';

describe('sessions of a test', () => {
  sessionsContract(async () => {
    const sessions = createSessions();
    const signIn = async (person: string) => {
      const token = sessions.signIn(person);
      return { token, cookie: `session=${token}` };
    };
    const end = async (cookie: string) => sessions.end(cookie.slice('session='.length));
    return { sessions, signIn, end };
  });
});
