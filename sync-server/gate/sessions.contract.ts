/** What every adapter of the sessions port must do, as one suite. An adapter's test calls it with a way to sign people in. */
import { expect, it } from 'vitest';
import type { Session, Sessions } from './sessions.ts';

export interface Opened {
  sessions: Sessions;
  /** A new session of a person: what a browser would send for it, and its bare token. */
  signIn(person: string): Promise<{ cookie: string; token: string }>;
  /** Signs out whoever sends this cookie. */
  end(cookie: string): Promise<unknown>;
}

export function sessionsContract(open: () => Promise<Opened>): void {
  it('[R331] cookie, bearer and bare token name one session of their person, which ends some day', async () => {
    const { sessions, signIn } = await open();
    const [masha, anna] = [await signIn('masha'), await signIn('anna')];
    const session = await sessions.ofToken(masha.token);
    expect(session).toEqual({ id: expect.any(String), person: 'masha', expiresAt: expect.any(Number) });
    expect(session?.expiresAt).toBeGreaterThan(Date.now());
    for (const headers of carrying(masha)) expect(await sessions.ofHeaders(headers)).toEqual(session);
    const other = await sessions.ofToken(anna.token);
    expect(other?.person).toBe('anna');
    expect(other?.id).not.toBe(session?.id);
  });

  it('[R331] what names no session is nobody’s, whatever it is', async () => {
    const { sessions, signIn } = await open();
    const { token, cookie } = await signIn('masha');
    for (const none of ['', 'x', `${token}x`, 'секрет', '\u0000', 'x'.repeat(100_000)])
      expect(await sessions.ofToken(none), JSON.stringify(none.slice(0, 80))).toBeUndefined();
    const forged = `${cookie.slice(0, -1)}${cookie.endsWith('x') ? 'y' : 'x'}`;
    const nobody: Record<string, string>[] = [{}, { cookie: '' }, { cookie: 'x=y' }, { cookie: forged }];
    for (const headers of [...nobody, { authorization: 'x' }])
      expect(await sessions.ofHeaders(new Headers(headers))).toBeUndefined();
  });

  it('[R553] a session that ended is told of once by its id, is nobody’s at once, and no other of the person ends', async () => {
    const { sessions, signIn, end } = await open();
    const [phone, desk, tablet] = [await signIn('masha'), await signIn('masha'), await signIn('masha')];
    const ended: string[] = [];
    const stop = sessions.onEnd((id) => ended.push(id));
    const { id } = (await sessions.ofToken(phone.token)) as Session;
    await end(phone.cookie);
    expect(ended).toEqual([id]);
    expect(await sessions.ofToken(phone.token)).toBeUndefined();
    for (const headers of carrying(phone)) expect(await sessions.ofHeaders(headers)).toBeUndefined();
    expect((await sessions.ofToken(desk.token))?.person).toBe('masha');
    stop();
    await end(tablet.cookie);
    expect(ended).toEqual([id]);
  });
}

function carrying({ cookie, token }: { cookie: string; token: string }): Headers[] {
  return [new Headers({ cookie }), new Headers({ authorization: `Bearer ${token}` })];
}
