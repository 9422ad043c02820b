// Our relay, with enforcement and fsync'd acks on: a child process like the peers, spoken to over the line.

import * as Y from 'yjs';
import { retryAfterMs } from '#lib/replica/line.ts';
import { idOf, type Message } from '#shared/feed/shape.ts';
import { feedDoc, paperDoc } from '#shared/school/names.ts';
import { startServerProcess } from '../support/server-process.ts';
import { personIn, type StoredDocument } from '../support/updates.ts';
import { chatName } from './bench-school.ts';
import { OurLine } from './our-line.ts';
import type { LargeDocument, Plan, ServerKind } from './server-kind.ts';

export const ours: ServerKind = {
  name: 'ours',
  role: 'ours',
  persistent: true,
  acks: 'durable',
  async start(folder, plan, port = 0) {
    const args = [String(port), folder, JSON.stringify(plan satisfies Plan)];
    const server = await startServerProcess({ file: OUR_RELAY, args, nodeFlags: START_FLAGS });
    return {
      ...server,
      retryAfterMs,
      join: (room, seat, heard) => {
        const chat = room.kind === 'chat' ? chatName(room.index) : PAPER_CHAT;
        const doc = room.kind === 'chat' ? feedDoc(chat, FIRST_SEGMENT) : paperDoc(paperOf(folder));
        return new OurLine({ port: server.port, doc, person: personIn(chat, seat) }, heard);
      },
      seed: (document) => seed(server.port, folder, document),
    };
  },
};

const OUR_RELAY = new URL('./our-relay.ts', import.meta.url);
/** As `npm start` has them: a young generation that grows without bound costs more memory than five thousand rooms. */
const START_FLAGS = ['--max-semi-space-size=8'];
const FIRST_SEGMENT = 1;
const PAPER_CHAT = chatName(0);
const PAPER_AUTHOR_SEAT = 0;
/** A restart on the same folder finds the paper that was made there. */
const papers = new Map<string, string>();

function paperOf(folder: string): string {
  const paper = papers.get(folder);
  if (!paper) throw new Error('no paper was written');
  return paper;
}

/** The author shares a new paper in the chat, then writes it through the same door as everybody. */
async function seed(port: number, folder: string, document: LargeDocument): Promise<StoredDocument> {
  const person = personIn(PAPER_CHAT, PAPER_AUTHOR_SEAT);
  const chat = new OurLine({ port, doc: feedDoc(PAPER_CHAT, FIRST_SEGMENT), person }, {});
  await chat.synced;
  const lease = await chat.lease();
  const paper = idOf(lease, 2);
  await chat.push([sharePaper(lease, person, paper)]);
  await chat.close();
  papers.set(folder, paper);
  const line = new OurLine({ port, doc: paperDoc(paper), person }, {});
  await line.synced;
  const stored = document(await line.lease());
  await line.push(stored.parts);
  await line.close();
  return stored;
}

function sharePaper(lease: number, by: string, paper: string): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = lease;
  const message: Message = { by, at: Date.UTC(2026, 4, 1), text: '', paper };
  doc.transact(() => {
    doc.getMap('messages').set(idOf(lease, 1), message);
    doc.getMap('papers').set(paper, { by, title: 'Итоги года', edit: 'everyone' });
  });
  return Y.encodeStateAsUpdate(doc);
}
