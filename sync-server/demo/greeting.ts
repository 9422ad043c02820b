/** What the demo prints: five links for five browser profiles, and how to go on. */
import { networkInterfaces } from 'node:os';
import type { Cast } from './school.ts';

const PERSONS: readonly { key: keyof Cast; ru: string; en: string }[] = [
  { key: 'admin', ru: 'Администратор, Елена Викторовна', en: 'administrator' },
  { key: 'teacher', ru: 'Учитель, Анна Петровна', en: 'teacher' },
  { key: 'classTeacher', ru: 'Классный руководитель 7А, Ольга Сергеевна', en: 'class teacher of 7А' },
  { key: 'pupil', ru: 'Ученица 7А, Маша', en: 'pupil of 7А' },
  { key: 'parent', ru: 'Мама Маши, Наталья Игоревна', en: 'parent of that pupil' },
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
    'Парта. Демонстрационная школа: 60 классов, 1 500 человек. Все имена вымышлены.',
    'Каждая ссылка открывается один раз: откройте их в разных профилях браузера или окнах инкогнито.',
    'Parta. A demo school: 60 classes, 1,500 people, all invented. Each link opens once: use one browser',
    'profile (or private window) per person.',
    '',
    ...lines,
    ...(lan.length > 0 ? lanLines(lan) : []),
    '',
    'Новые ссылки: запустите ещё раз. Остановить: Ctrl+C. Начать заново: npm run demo -- --fresh',
    'New links: start again. Stop: Ctrl+C. Start over: npm run demo -- --fresh',
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
