/** How a paper was before, as the school keeps it: asked for over HTTP, so only while there is a network. */
import * as Y from 'yjs';

/** What one person wrote at one go. Times are ms since 1970. */
export interface Sitting {
  /** The version that it ended with. */
  seq: number;
  at: number;
  person: string;
  since: number;
  /** Versions in the course of it, newest first; the first is its end. */
  steps: readonly Step[];
}
export interface Step {
  seq: number;
  at: number;
}

/** `away`: no network, or the school does not answer well; `busy`: asked too fast; `gone`: not kept any more. */
export type WhyNot = 'away' | 'busy' | 'signed-out' | 'not-yours' | 'gone' | 'too-long';
export type Loaded<T> = { ok: true; value: T } | { ok: false; why: WhyNot };

const WHY: Readonly<Record<number, WhyNot>> = {
  401: 'signed-out',
  403: 'not-yours',
  404: 'gone',
  413: 'too-long',
  429: 'busy',
};
const ANSWER_MS = 15_000;

/** The sittings of a paper, newest first. */
export async function loadSittings(paper: string): Promise<Loaded<Sitting[]>> {
  return ask(paper, '', async (answer) => ((await answer.json()) as { versions: Sitting[] }).versions);
}

/** The paper as it was with that version, as a document of its own. */
export async function loadVersion(paper: string, seq: number): Promise<Loaded<Y.Doc>> {
  return ask(paper, `/${seq}`, async (answer) => {
    const doc = new Y.Doc();
    doc.getXmlFragment('body');
    Y.applyUpdate(doc, new Uint8Array(await answer.arrayBuffer()));
    return doc;
  });
}

async function ask<T>(
  paper: string,
  path: string,
  read: (answer: Response) => Promise<T>,
): Promise<Loaded<T>> {
  try {
    const answer = await fetch(`/api/papers/${encodeURIComponent(paper)}/versions${path}`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return answer.ok
      ? { ok: true, value: await read(answer) }
      : { ok: false, why: WHY[answer.status] ?? 'away' };
  } catch {
    // A page of somebody else's network (a Wi-Fi's sign-in) is no answer either.
    return { ok: false, why: 'away' };
  }
}
