/** What the demo prints: five links for five browser profiles, and how to go on. */
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

export type Links = Readonly<Record<keyof Cast, string>>;

export interface Greeting {
  links: Links;
  /** For phones of the same network; undefined when it serves this computer alone. */
  phones: Phones | undefined;
}

interface Phones {
  /** undefined: this computer has no address in a network. */
  links: Links | undefined;
  /** Other origins under which this computer may be reached. */
  others: readonly string[];
}

export function greeting({ links, phones }: Greeting): string {
  return [
    '',
    'Парта работает. Школа вымышлена: 60 классов, 1 500 человек. Откройте ссылку и войдёте как этот человек:',
    'Parta is running. The school is invented: 60 classes, 1,500 people. A link signs you in as its person:',
    '',
    ...linesOf(links),
    ...(phones ? phoneLines(phones) : []),
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

function linesOf(links: Links): string[] {
  return PERSONS.flatMap(({ key, ru, en }) => [`  ${ru} / ${en}`, `    ${links[key]}`]);
}

function phoneLines({ links, others }: Phones): string[] {
  if (!links)
    return [
      '',
      'Для телефонов: у этого компьютера нет адреса в сети. Подключите его к Wi-Fi и запустите ещё раз.',
      'For phones: this computer has no address in a network. Connect it to a Wi-Fi and start again.',
    ];
  return [
    '',
    'На телефоне в той же сети откройте ссылку отсюда / On a phone of the same network open a link from here:',
    '',
    ...linesOf(links),
    ...(others.length > 0
      ? [
          '',
          'Не открывается? Начало ссылки может быть и таким / No answer? The link may also begin with:',
          ...others.map((origin) => `    ${origin}`),
        ]
      : []),
    '',
    'Телефон один раз предупредит о сертификате: его сделала сама проба. Выберите «Дополнительно» и «Перейти на сайт».',
    'Chrome без настоящего сертификата не хранит приложение: без сети оно не откроется, и установить его нельзя',
    '(README, «npm start»). Остальное работает.',
    'The phone warns once about the certificate: this demo made it itself. Choose “Advanced” and “Proceed”.',
    'Without a real certificate Chrome stores no app: it does not open without a network and cannot be installed',
    '(README, “npm start”). Everything else works.',
  ];
}
