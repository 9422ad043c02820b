/** What browser tests of papers stand on: one that is made and shared, one that is open to be written in, its words. */
import type * as Y from 'yjs';
import { PaperView } from './paper.ts';
import { enter, settled, until } from './testing.ts';
import type { Device, Paper } from './types.ts';

/** Makes a paper for everyone in 7А, and waits until the school has it; its id. */
export async function shared(device: Device, title = 'План экскурсии'): Promise<string> {
  const chat = await enter(device, '7a');
  await settled(device, chat);
  const made = await chat.createPaper(title, 'everyone');
  if (!made.ok) throw new Error(made.code);
  await until(device, 'the paper is shared', () => device.unsent === 0);
  return made.id;
}

export async function openPaper(device: Device, id: string): Promise<Paper> {
  const paper = device.paper(id, PaperView);
  await until(device, 'the paper may be edited', () => paper.ready && paper.right === 'edit');
  return paper;
}

export function words(doc: Y.Doc): string {
  return doc
    .getXmlFragment('body')
    .toString()
    .replace(/<[^>]+>/g, '');
}
