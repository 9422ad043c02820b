/** A paper of 7А, which everyone there may edit unless said otherwise. */
import { expect } from 'vitest';
import { idOf } from '#shared/feed/shape.ts';
import type { PaperEdit } from '#shared/school/may.ts';
import type { TestDevice } from './device.ts';

/** Shares it with the chat and opens it; gives its id. */
export async function paperOf(author: TestDevice, edit: PaperEdit = 'everyone'): Promise<string> {
  await author.open('chat/7a');
  const paper = idOf(author.lease, 901);
  const push = author.make('chat/7a/feed/1', (doc) => {
    doc.getMap('papers').set(paper, { by: author.person, title: 'План', edit });
    doc.getMap('messages').set(idOf(author.lease, 900), { by: author.person, at: 1, text: 'Вот', paper });
  });
  expect(await author.send(push)).toMatchObject({ kind: 'ack' });
  await author.open(`paper/${paper}`);
  return paper;
}
