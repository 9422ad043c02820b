import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { editKey, idOf, reactionKey } from '#shared/feed/shape.ts';
import { foundSchool } from '../../registry/founding.ts';
import { smallRegistry } from '../../registry/school.fixture.ts';
import { ANNA, folder, MASHA, placeOf, smallSchool } from '../school.fixture.ts';
import type { ExportedChat } from './chat.ts';
import { exportSchool } from './export.ts';
import { paperPage } from './paper-html.ts';
import { type PaperNode, paperJson } from './paper-json.ts';
import { paperMarkdown } from './paper-markdown.ts';

const HOSTILE = `<img src=x onerror="alert('1')"> & </p><script>alert(2)</script>`;

it('[R620] a chat leaves whole: order, edits, replies, reactions, pins, both times', async () => {
  const school = await smallSchool();
  school.people.put([{ person: 'masha', name: 'Иванова Мария' }]);
  const feed = 'chat/7a/feed/1';
  const question = await school.say('7a', MASHA, 'Что задали?');
  const answer = await school.say('7a', ANNA, 'Параграф 12', { re: question });
  const edit = idOf(ANNA, 90);
  await school.write(
    feed,
    ANNA,
    (doc) =>
      doc.getMap('edits').set(editKey(answer, edit), { at: Date.UTC(2026, 8, 1, 9), text: 'Параграф 13' }),
    { places: [placeOf(feed, edit, 'edit', answer, ANNA, 'Параграф 13')] },
  );
  await school.write(feed, MASHA, (doc) => doc.getMap('reactions').set(reactionKey(answer, 'masha'), '👍'));
  await school.write('chat/7a/pins', ANNA, (doc) =>
    doc.getMap('pins').set(answer, { by: 'anna', at: 1_000 }),
  );
  const to = join(folder(), 'export');
  const done = await exportSchool({ data: school.data, to });
  await school.close();

  expect(done).toMatchObject({ chats: [{ id: '7a', messages: 2 }], damaged: [] });
  const chat = JSON.parse(readFileSync(join(to, 'chats', '7a.json'), 'utf8')) as ExportedChat;
  expect(chat.messages).toMatchObject([
    { id: question, by: 'masha', name: 'Иванова Мария', text: 'Что задали?', place: 1, edits: [] },
    {
      id: answer,
      re: question,
      text: 'Параграф 12',
      place: 2,
      edits: [{ text: 'Параграф 13', writtenAt: '2026-09-01T09:00:00.000Z' }],
      reactions: [{ by: 'masha', name: 'Иванова Мария', emoji: '👍' }],
      pinned: { by: 'anna' },
    },
  ]);
  expect(chat.messages[0]?.arrivedAt).not.toBe(chat.messages[0]?.writtenAt);
  const html = readFileSync(join(to, 'chats', '7a.html'), 'utf8');
  for (const words of ['Иванова Мария', 'Параграф 13', 'изменено', 'закреплено', '👍', 'Имя удалено'])
    expect(html).toContain(words);
  expect(html).not.toContain('Параграф 12');
  const raw = new Y.Doc();
  Y.applyUpdate(raw, readFileSync(join(to, 'documents', 'chat__7a__feed__1.yjs')));
  expect(raw.getMap('messages').size).toBe(2);
  expect(readdirSync(to).filter((name) => name.startsWith('.'))).toEqual([]);
});

it('[R620] a chat of two bears their names, on its page and in the list of all', async () => {
  const school = await smallSchool();
  school.people.put([{ person: 'olga', name: 'Котова Ольга' }]);
  await foundSchool(school.store, smallRegistry(), 1_000);
  const to = join(folder(), 'export');
  await exportSchool({ data: school.data, to });
  await school.close();
  const list = readFileSync(join(to, 'index.html'), 'utf8');
  expect(list).toContain('<a href="chats/olga.masha.html">Имя удалено, Котова Ольга</a>');
  expect(list).not.toContain('></a>');
  const page = readFileSync(join(to, 'chats', 'olga.masha.html'), 'utf8');
  expect(page).toContain('<h1>Имя удалено, Котова Ольга</h1>');
});

it('[R621] hostile words in texts, names and titles stay words in every page', async () => {
  const school = await smallSchool();
  school.people.put([{ person: 'masha', name: HOSTILE }]);
  const paper = idOf(MASHA, 50);
  await school.say('7a', MASHA, HOSTILE, { paper }, { by: 'masha', title: HOSTILE, edit: 'everyone' });
  await school.write(
    `paper/${paper}`,
    MASHA,
    (doc) => {
      const line = new Y.XmlElement('paragraph');
      const text = new Y.XmlText();
      text.insert(0, HOSTILE, { link: { href: 'javascript:alert(3)' } });
      line.insert(0, [text]);
      doc.getXmlFragment('body').insert(0, [line]);
    },
    { papers: [{ paper, chat: '7a', owner: 'masha', edit: 'everyone', title: HOSTILE }] },
  );
  const to = join(folder(), 'export');
  await exportSchool({ data: school.data, to });
  await school.close();
  const pages = ['index.html', 'chats/7a.html', `papers/${paper}.html`].map((path) =>
    readFileSync(join(to, path), 'utf8'),
  );
  for (const page of pages) {
    expect(page).not.toMatch(/<img|<script|javascript:/);
    expect(page).toContain("default-src 'none'");
  }
  expect(pages[1]).toContain('&#60;script&#62;');
  expect(readFileSync(join(to, `papers/${paper}.md`), 'utf8')).not.toMatch(
    /(^|[^\\])<(img|script)|javascript:/,
  );
});

it('[R622] a paper keeps its structure in HTML and Markdown, and loses no word of a node it does not know', () => {
  const text = (words: string, ...marks: string[]): PaperNode => ({
    type: 'text',
    text: words,
    ...(marks.length > 0 ? { marks: marks.map((type) => ({ type })) } : {}),
  });
  const p = (...content: PaperNode[]): PaperNode => ({ type: 'paragraph', content });
  const paper: PaperNode = {
    type: 'doc',
    content: [
      { type: 'heading', attrs: { level: 2 }, content: [text('План')] },
      p(text('важно ', 'bold'), text('и 2*2, #не заголовок')),
      {
        type: 'taskList',
        content: [
          { type: 'taskItem', attrs: { checked: true }, content: [p(text('сделано'))] },
          { type: 'taskItem', attrs: { checked: false }, content: [p(text('осталось'))] },
        ],
      },
      {
        type: 'orderedList',
        attrs: { start: 3 },
        content: [
          {
            type: 'listItem',
            content: [
              p(text('три')),
              { type: 'bulletList', content: [{ type: 'listItem', content: [p(text('внутри'))] }] },
            ],
          },
        ],
      },
      { type: 'codeBlock', attrs: { language: 'js' }, content: [text('a < b')] },
      {
        type: 'table',
        content: [
          {
            type: 'tableRow',
            content: [
              { type: 'tableHeader', content: [p(text('день'))] },
              { type: 'tableHeader', content: [p(text('урок'))] },
            ],
          },
          {
            type: 'tableRow',
            content: [
              { type: 'tableCell', content: [p(text('пн'))] },
              { type: 'tableCell', content: [p(text('a|b'))] },
            ],
          },
        ],
      },
      { type: 'hologram', content: [p(text('слова из будущего'))] },
    ],
  };
  expect(paperMarkdown('Тема', paper)).toBe(
    [
      '# Тема',
      '',
      '## План',
      '',
      '**важно** и 2\\*2, #не заголовок',
      '',
      '- [x] сделано',
      '- [ ] осталось',
      '',
      '3. три',
      '',
      '   - внутри',
      '',
      '```js',
      'a < b',
      '```',
      '',
      '| день | урок |',
      '| --- | --- |',
      '| пн | a\\|b |',
      '',
      'слова из будущего',
      '',
    ].join('\n'),
  );
  const html = paperPage('Тема', paper);
  for (const part of [
    '<strong>важно </strong>',
    '<ol start="3">',
    'disabled checked>',
    'a &#60; b',
    '<th>',
    'слова из будущего',
  ])
    expect(html).toContain(part);
});

it('[R622] overlapping marks and nested elements come out of the bytes as ProseMirror knows them', () => {
  const doc = new Y.Doc();
  const item = new Y.XmlElement('heading');
  item.setAttribute('level', 2 as unknown as string);
  const words = new Y.XmlText();
  words.insert(0, 'сад', { 'link--AbCdEf12': { href: 'https://parta.example' }, bold: {} });
  item.insert(0, [words]);
  doc.getXmlFragment('body').insert(0, [item]);
  expect(paperJson(doc.getXmlFragment('body'))).toEqual({
    type: 'doc',
    content: [
      {
        type: 'heading',
        attrs: { level: 2 },
        content: [
          {
            type: 'text',
            text: 'сад',
            marks: expect.arrayContaining([
              { type: 'link', attrs: { href: 'https://parta.example' } },
              { type: 'bold' },
            ]),
          },
        ],
      },
    ],
  });
});

it('[R623] a torn row costs its own document alone, and the export says which', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Цело');
  await school.say('7b', ANNA, 'Порвано');
  await school.close();
  const raw = new Sqlite(join(school.data, 'parta.sqlite'));
  raw.prepare("update log set bytes = x'00' where room = 'chat/7b'").run();
  raw.close();
  const to = join(folder(), 'export');
  const done = await exportSchool({ data: school.data, to });
  expect(done.damaged).toMatchObject([{ doc: 'chat/7b/feed/1' }]);
  expect(readFileSync(join(to, 'chats', '7a.html'), 'utf8')).toContain('Цело');
  expect(readFileSync(join(to, 'index.html'), 'utf8')).toContain('chat/7b/feed/1');
});

it('[R623] an export that cannot be finished is not there, nor any part of it', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  await school.close();
  writeFileSync(join(school.data, 'people.sqlite'), 'no database');
  const place = folder();
  await expect(exportSchool({ data: school.data, to: join(place, 'export') })).rejects.toThrow();
  expect(readdirSync(place)).toEqual([]);
});

it('[R623] an export never writes over anything', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  const to = join(folder(), 'export');
  await exportSchool({ data: school.data, to });
  await expect(exportSchool({ data: school.data, to })).rejects.toThrow('is not empty');
  await expect(exportSchool({ data: folder(), to: join(to, 'x') })).rejects.toThrow('holds no school');
  expect(existsSync(join(to, 'x'))).toBe(false);
  await school.close();
});
