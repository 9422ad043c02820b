/** The messages of a chat as plain values: with their last edit, their reactions, their place and how far they got. */
import { type Edit, type Message, type PaperEntry, splitKey } from '#shared/feed/shape.ts';
import type { Pin } from '#shared/pins/shape.ts';
import { parseDoc } from '#shared/school/names.ts';
import type { RoomCopy } from './copy.ts';
import type { HeadRow, PlaceRow } from './disk.ts';
import { lastEdits } from './last-edits.ts';
import type { MessageState, MessageView, PaperCard } from './types.ts';

/** Written this long before it arrived, a message shows both times. */
const LATE_MS = 5 * 60_000;

/** The messages of the loaded segments, by arrival, the unsent at the end. */
export function messageViews(person: string, copy: RoomCopy, head: HeadRow | undefined): MessageView[] {
  const pins = pinsOf(copy);
  const touched = touchedIn(copy);
  const views: MessageView[] = [];
  for (const [name, doc] of copy.docs) {
    if (parseDoc(name)?.kind !== 'feed') continue;
    const edits = lastEdits(doc.getMap<Edit>('edits'), (id) => copy.places.get(id)?.seq);
    const reactions = reactionsOf(person, doc.getMap<string>('reactions'));
    const papers = doc.getMap<PaperEntry>('papers');
    for (const [id, message] of doc.getMap<Message>('messages')) {
      const edit = edits.get(id);
      views.push({
        ...placed(copy.places.get(id), message, head),
        ...{ id, by: message.by, mine: message.by === person, at: message.at },
        ...{ text: edit?.text ?? message.text, edited: edit !== undefined, re: message.re },
        paper: cardOf(message.paper, papers),
        reactions: reactions.get(id) ?? NONE,
        pinned: pins?.has(id) ?? false,
        pending: touched.has(id),
      });
    }
  }
  const waiting = orderOf(copy);
  return views.sort(
    (a, b) => byArrival(a, b) || waiting(a) - waiting(b) || a.at - b.at || (a.id < b.id ? -1 : 1),
  );
}

/** Where an unsent message stands among what waits: a clock that was set back moves none. */
function orderOf({ out, unsaved }: RoomCopy): (view: MessageView) => number {
  const rows = [...[...out].sort((a, b) => a.id - b.id), ...unsaved];
  const order = new Map(rows.map(({ intent }, nth) => ['id' in intent ? intent.id : '', nth]));
  return ({ id }) => order.get(id) ?? -1;
}

function placed(
  place: PlaceRow | undefined,
  message: Message,
  head: HeadRow | undefined,
): { seq: number | undefined; arrivedAt: number | undefined; state: MessageState; late: boolean } {
  if (!place) return { seq: undefined, arrivedAt: undefined, state: 'queued', late: false };
  const { seq, at } = place;
  const state = seq <= (head?.othersRead ?? 0) ? 'read' : seq <= (head?.got ?? 0) ? 'delivered' : 'sent';
  return { seq, arrivedAt: at, state, late: at - message.at > LATE_MS };
}

function reactionsOf(
  person: string,
  reactions: Iterable<[string, string]>,
): Map<string, MessageView['reactions']> {
  const found = new Map<string, Map<string, string[]>>();
  for (const [key, emoji] of reactions) {
    const { message, rest } = splitKey(key) ?? { message: key, rest: '' };
    const of = found.get(message) ?? new Map<string, string[]>();
    found.set(message, of.set(emoji, [...(of.get(emoji) ?? []), rest]));
  }
  const list = (of: Map<string, string[]>) =>
    [...of].map(([emoji, by]) => ({ emoji, by: by.sort(), mine: by.includes(person) }));
  return new Map([...found].map(([message, of]) => [message, list(of)]));
}

/** Ids of the messages about which something waits in the outbox. */
export function touchedIn({ out, unsaved }: RoomCopy): ReadonlySet<string> {
  return new Set([...out, ...unsaved].map(({ intent }) => ('message' in intent ? intent.message : '')));
}

export function pinsOf(copy: RoomCopy) {
  return [...copy.docs].find(([name]) => parseDoc(name)?.kind === 'pins')?.[1].getMap<Pin>('pins');
}

const NONE: MessageView['reactions'] = [];

/** Whether a row would draw the same. Both are made by this file: the same fields, flat but for two. */
export function isSame(a: MessageView, b: MessageView): boolean {
  for (const key of Object.keys(b) as (keyof MessageView)[]) {
    if (a[key] === b[key]) continue;
    if (key !== 'paper' && key !== 'reactions') return false;
    if (JSON.stringify(a[key]) !== JSON.stringify(b[key])) return false;
  }
  return true;
}

function byArrival(a: MessageView, b: MessageView): number {
  if (a.seq !== undefined && b.seq !== undefined) return a.seq - b.seq;
  if (a.seq === b.seq) return 0;
  return a.seq === undefined ? 1 : -1;
}

function cardOf(id: string | undefined, papers: { get(id: string): PaperEntry | undefined }) {
  const entry = id === undefined ? undefined : papers.get(id);
  return entry && id !== undefined ? ({ id, ...entry } satisfies PaperCard) : undefined;
}
