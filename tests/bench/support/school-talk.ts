// Varied Russian sentences of a school chat, from a seed.
const OPENINGS = [
  'Ребята,',
  'Анна Петровна,',
  'Добрый день!',
  'Подскажите,',
  'Напоминаю:',
  'Всем привет,',
  'Маша,',
  'Коллеги,',
  'Кстати,',
  'Вопрос:',
];
const SUBJECTS = [
  'контрольная по математике',
  'домашнее задание по русскому',
  'экскурсия в музей',
  'родительское собрание',
  'репетиция концерта',
  'лабораторная по химии',
  'сочинение о лете',
  'дежурство по классу',
  'урок физкультуры',
  'проект по истории',
  'расписание на неделю',
  'дневник наблюдений',
];
const VERBS = [
  'переносится на',
  'начнётся',
  'будет',
  'готовим к',
  'обсудим',
  'сдаём',
  'проверим',
  'закончим',
  'проведём',
  'отменили до',
];
const WHENS = [
  'завтра',
  'понедельник',
  'среду',
  'пятницу',
  'третий урок',
  'конец четверти',
  'шестое мая',
  'после обеда',
  'следующую неделю',
  'девять утра',
];
const ENDINGS = [
  'Не опаздывайте.',
  'Кабинет 214.',
  'Возьмите тетради и ручки.',
  'Спасибо!',
  'Кто идёт?',
  'Ответьте, пожалуйста, до вечера.',
  'Подробности на доске у расписания.',
  '🙂',
  'Страницы с 45 по 52, упражнения 3 и 7.',
  'Родители уже знают.',
];
const LONG_SHARE = 0.08;

export function sentence(random: () => number): string {
  const words = [
    pick(random, OPENINGS),
    pick(random, SUBJECTS),
    pick(random, VERBS),
    pick(random, WHENS),
  ].join(' ');
  return `${words}. ${pick(random, ENDINGS)}`;
}

/** Mostly one sentence, now and then a long one, as people write. */
export function messageText(random: () => number): string {
  const sentences = random() < LONG_SHARE ? 4 : 1;
  return Array.from({ length: sentences }, () => sentence(random)).join(' ');
}

function pick(random: () => number, from: readonly string[]): string {
  return from[Math.floor(random() * from.length)] as string;
}
