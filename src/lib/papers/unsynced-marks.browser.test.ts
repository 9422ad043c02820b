import { afterEach, beforeEach, expect, test } from 'vitest';
import { PaperView } from '#lib/replica/paper.ts';
import { enter, openSchool, type TestSchool, until } from '#lib/replica/testing.ts';
import type { Device, Paper } from '#lib/replica/types.ts';
import { PaperEditor } from './paper-editor.ts';

let school: TestSchool;
const screens: { destroy(): void }[] = [];
beforeEach(async () => {
  school = await openSchool();
});
afterEach(async () => {
  for (const screen of screens.splice(0)) screen.destroy();
  await school.end();
});

test('[R254] what Anna Petrovna wrote and deleted without a network is marked after a reload too, until the relay has it', async () => {
  const before = await school.device('anna');
  const paper = await newPaper(before, 'Первый.', 'Второй.', 'Третий.');
  await school.cut();
  await until(before, 'offline', () => before.line.at === 'offline');
  const editor = show(paper);
  expect(marked(editor)).toEqual([]);
  const [, second] = places(editor);
  editor.tiptap.commands.insertContentAt((second as number) + 1, 'Не ');
  editor.tiptap.commands.deleteRange({ from: 1, to: 3 });
  await Promise.resolve();
  expect(marked(editor)).toEqual(['рвый.', 'Не Второй.']);
  await paper.flush();
  for (const screen of screens.splice(0)) screen.destroy();
  paper.close();
  await before.close();

  const after = await school.device('anna');
  const again = after.paper(paper.id, PaperView);
  await until(after, 'the paper is read', () => again.ready && again.right === 'edit');
  const reopened = show(again);
  expect(marked(reopened)).toEqual(['рвый.', 'Не Второй.']);
  await school.mend();
  after.wake();
  await until(after, 'the relay has it', () => again.unsynced === 0);
  reopened.synced();
  expect(marked(reopened)).toEqual([]);
});

async function newPaper(device: Device, ...paragraphs: string[]): Promise<Paper> {
  const chat = await enter(device, '7a');
  await until(device, 'a lease', () => device.line.at === 'online' && chat.may('createPaper').ok);
  const made = await chat.createPaper('Осень', 'everyone');
  if (!made.ok) throw new Error(made.code);
  const paper = device.paper(made.id, PaperView);
  await until(device, 'the paper is here', () => paper.ready && paper.right === 'edit');
  const editor = show(paper);
  editor.tiptap.commands.setContent(
    paragraphs.map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] })),
  );
  await paper.flush();
  await until(device, 'all is with the relay', () => paper.unsynced === 0);
  screens.pop()?.destroy();
  return paper;
}

function show(paper: Paper): PaperEditor {
  const element = document.createElement('div');
  document.body.append(element);
  const editor = new PaperEditor({
    element,
    doc: paper.doc,
    awareness: paper.awareness,
    pending: paper.pending(),
    mayWrite: () => paper.right === 'edit',
    lookOf: () => undefined,
    label: 'Текст',
    onChange: () => {},
    onTooBig: () => {},
    onBroken: () => expect.fail('the text is not known'),
  });
  screens.push(editor);
  return editor;
}

function places(editor: PaperEditor): number[] {
  const found: number[] = [];
  editor.tiptap.state.doc.forEach((_node, offset) => {
    found.push(offset);
  });
  return found;
}

const marked = (editor: PaperEditor): string[] =>
  [...editor.tiptap.view.dom.querySelectorAll('.paper-unsynced')].map((block) => block.textContent);
