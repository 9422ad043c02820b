/** What the demo prints: five links for five browser profiles, and how to go on. */
import { networkInterfaces } from 'node:os';
import type { Cast } from './school.ts';

const PERSONS: readonly { key: keyof Cast; ru: string; en: string }[] = [
  { key: 'admin', ru: 'Елена Викторовна, администратор', en: 'Yelena Viktorovna, administrator' },
  { key: 'teacher', ru: 'Анна Петровна, учитель', en: 'Anna Petrovna, teacher' },
  {
    key: 'classTeacher',
    ru: 'Ольга Сергеевна, классный руководитель 7А',
    en: 'Olga Sergeyevna, class teacher of 7А',
  },
  { key: 'pupil', ru: 'Маша, ученица 7А', en: 'Masha, pupil of 7А' },
  { key: 'parent', ru: 'Наталья Игоревна, мама Маши', en: "Natalya Igorevna, Masha's mother" },
];

export interface Greeting {
  links: Readonly<Record<keyof Cast, string>>;
  /** Where phones of the same network reach it; empty when it serves this computer alone. */
  lan: readonly string[];
}

export function greeting({ links, lan }: Greeting): string {
  const lines = PERSONS.flatMap(({ key, ru, en }) => [`  ${ru} / ${en}`, `    ${links[key]}`]);
  return [
    '',
    'Парта работает. Школа вымышлена: 60 классов, 1 500 человек. Откройте ссылку и войдёте как этот человек:',
    'Parta is running. The school is invented: 60 classes, 1,500 people. A link signs you in as its person:',
    '',
    ...lines,
    ...(lan.length > 0 ? lanLines(lan) : []),
    '',
    'Что попробовать: откройте Машу в одном окне, а Ольгу Сергеевну в другом, приватном (Ctrl+Shift+N), и напишите',
    'в чат 7А. Потом отключите сеть у одного из окон и продолжайте писать.',
    'What to try: open Masha in one window and Olga Sergeyevna in another, private one (Ctrl+Shift+N), and write in',
    'the chat 7А. Then take the network from one of the windows and go on writing.',
    '',
    'Ссылка открывается один раз. Остановить: Ctrl+C. Новые ссылки: npm run demo ещё раз. Школа заново: npm run demo -- --fresh',
    'A link opens once. Stop: Ctrl+C. New links: npm run demo again. Start over: npm run demo -- --fresh',
    '',
  ].join('\n');
}

function lanLines(lan: readonly string[]): string[] {
  return [
    '',
    '  С телефона в той же сети замените начало ссылки на / on a phone of the same network begin the link with:',
    ...lan.map((origin) => `    ${origin}`),
    '  Это http, не https: без сети приложение там не откроется, его нельзя установить, микрофон и камера',
    '  недоступны. Для этого нужен сертификат (README, «npm start»).',
    '  This is http, not https: there the app does not open without a network, cannot be installed, and has no',
    '  microphone or camera. That needs a certificate (README, “npm start”).',
  ];
}

/** Origins under which this computer is reached in its own network (IPv4). */
export function lanOrigins(port: number): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `http://${address}:${port}`);
}
