/** Who this browser belongs to now. The cookie is the relay's; the name of the person is remembered here, so that the app opens without a network. */

/** What a one-time link gave, or why it gave nothing. */
export type Entry =
  | { ok: true; person: string }
  | { ok: false; code: 'link-gone' | 'too-many' | 'no-network' };

const KEY = 'parta-person';
/** Stands while somebody has left whose session the school may not have ended. */
const LEFT_KEY = 'parta-left';
/** A relay that swallows what it is asked must not hold the door. */
const ANSWER_MS = 10_000;

/** The person who used this browser last and did not sign out. */
export function rememberedPerson(): string | undefined {
  return localStorage.getItem(KEY) ?? undefined;
}

export function rememberPerson(person: string): void {
  localStorage.setItem(KEY, person);
}

export function forgetPerson(): void {
  localStorage.removeItem(KEY);
}

/** Uses a one-time link; its token works once. */
export async function redeem(token: string): Promise<Entry> {
  const answer = await ask('/api/in', { token });
  if (!answer) return { ok: false, code: 'no-network' };
  if (answer.status === 429) return { ok: false, code: 'too-many' };
  if (answer.status === 401 || answer.status === 400) return { ok: false, code: 'link-gone' };
  const person = await personOf(answer);
  if (person === undefined) return { ok: false, code: 'no-network' };
  // The cookie is theirs now.
  localStorage.removeItem(LEFT_KEY);
  return { ok: true, person };
}

/** The person of the session's cookie; undefined when there is none, or no network to ask. */
export async function sessionPerson(): Promise<string | undefined> {
  if (localStorage.getItem(LEFT_KEY) !== null && !(await endSession())) return undefined;
  const answer = await fetch('/api/session', { signal: AbortSignal.timeout(ANSWER_MS) }).catch(
    () => undefined,
  );
  return answer && personOf(answer);
}

/** Ends the session at the relay. Without a network its cookie stays, and is used for nothing before that is done. */
export async function endSession(): Promise<boolean> {
  localStorage.setItem(LEFT_KEY, '');
  const answer = await ask('/api/sign-out', {});
  if (answer?.ok) localStorage.removeItem(LEFT_KEY);
  return answer?.ok === true;
}

function ask(path: string, body: Record<string, string>): Promise<Response | undefined> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => undefined);
}

async function personOf(answer: Response): Promise<string | undefined> {
  if (!answer.ok) return undefined;
  const body: unknown = await answer.json().catch(() => undefined);
  const person = (body as { person?: unknown } | undefined)?.person;
  return typeof person === 'string' ? person : undefined;
}
