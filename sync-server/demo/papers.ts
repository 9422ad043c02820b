/** Documents of the demo: in every class, among its parents, in the staff room and for the whole school. */
import type { PaperPlan } from './pen.ts';
import type { Circle } from './threads.ts';

const TRIP: PaperPlan = {
  title: 'План экскурсии в планетарий',
  edit: 'everyone',
  body: [
    ['heading', 'План экскурсии в планетарий'],
    ['paragraph', 'Сбор в 9:15 у главного входа, автобус отходит ровно в 9:30. Вернёмся к 13:00.'],
    ['heading', 'С собой'],
    ['bulletList', 'Вода и лёгкий перекус', 'Удобная обувь, сменная не нужна', 'Хорошее настроение'],
    ['heading', 'Кто что рассказывает'],
    ['taskList', 'Марс: Катя и Тимур', 'Сатурн: Стёпа', 'Луна: Маша', 'Кометы: пока никто'],
    ['paragraph', 'Вопросы экскурсоводу дописывайте ниже.'],
  ],
};

const DUTIES: PaperPlan = {
  title: 'Дежурства на четверть',
  edit: 'staff',
  body: [
    ['heading', 'Дежурства на четверть'],
    ['orderedList', 'Понедельник: первый ряд', 'Среда: второй ряд', 'Пятница: третий ряд и староста'],
    ['paragraph', 'Дежурные поливают цветы, вытирают доску и проветривают класс на большой перемене.'],
  ],
};

const TEA: PaperPlan = {
  title: 'Чаепитие: кто что приносит',
  edit: 'everyone',
  body: [
    ['heading', 'Чаепитие: кто что приносит'],
    ['taskList', 'Пирог с яблоками', 'Сок и вода', 'Салфетки и стаканчики', 'Фрукты'],
    ['paragraph', 'Впишите фамилию рядом с тем, что берёте на себя. Орехи не берём: в классе аллергия.'],
  ],
};

const AGENDA: PaperPlan = {
  title: 'Повестка педсовета',
  edit: 'staff',
  body: [
    ['heading', 'Повестка педсовета'],
    [
      'orderedList',
      'Итоги четверти',
      'Подготовка к олимпиадам: кто готовит и когда',
      'График дежурств',
      'Разное',
    ],
    ['blockquote', 'Предложения вносим до начала заседания, прямо в этот документ.'],
  ],
};

const RULES: PaperPlan = {
  title: 'Расписание звонков',
  edit: 'owner',
  body: [
    ['heading', 'Расписание звонков'],
    ['orderedList', '8:30–9:10', '9:20–10:00', '10:20–11:00', '11:20–12:00', '12:10–12:50', '13:00–13:40'],
    ['paragraph', 'Большие перемены: после второго и третьего уроков. Столовая открыта с 8:00.'],
  ],
};

/** The last one is shared last. */
export function papersOf(chat: string, circle: Circle): readonly PaperPlan[] {
  if (chat === '7a') return [DUTIES, TRIP];
  if (circle === 'class') return [DUTIES];
  if (circle === 'parents') return [TEA];
  if (circle === 'news') return [RULES];
  return chat === 'staff' ? [AGENDA] : [];
}
