/**
 * The catalogue of refusals: why the relay (or the app, before it asks) does not take a change. A refusal is a
 * value. `mends` says that the device repairs it alone and nobody sees it; all others become a draft with the
 * sentence for the person. `log` never holds names or message text.
 */
export interface Refusal {
  person: { ru: string; en: string };
  /** Who can change it, in the person's words; empty when nobody needs to. */
  who: { ru: string; en: string };
  log: string;
  mends?: true;
}

/** Where no class is nobody else leads. */
export const ADMIN = {
  ru: 'Это может изменить администратор школы.',
  en: 'A school administrator can change this.',
};
export const LEAD = {
  ru: 'Это могут изменить классный руководитель или администратор.',
  en: 'The class teacher or an administrator can change this.',
};
const OWNER = { ru: 'Это может изменить автор документа.', en: 'The owner of the paper can change this.' };
const NOBODY = { ru: '', en: '' };
const mend = (log: string): Refusal => ({
  person: { ru: 'Отправляем ещё раз.', en: 'Sending again.' },
  who: NOBODY,
  log,
  mends: true,
});
const broken = (log: string): Refusal => ({
  person: {
    ru: 'Это изменение повреждено и не принято. Текст сохранён на устройстве.',
    en: 'This change is damaged and was not accepted. The text is kept on this device.',
  },
  who: NOBODY,
  log,
});
const rule = (ru: string, en: string, who: Refusal['who'], log: string): Refusal => ({
  person: { ru, en },
  who,
  log,
});

export const REFUSALS = {
  'not-a-member': rule(
    'Вы не состоите в этом чате.',
    'You are not a member of this chat.',
    ADMIN,
    'not a member of the place',
  ),
  'not-yours': rule(
    'Это принадлежит другому человеку.',
    'This belongs to someone else.',
    NOBODY,
    'target belongs to another person',
  ),
  'not-allowed': rule(
    'Здесь этого делать нельзя.',
    'This cannot be done here.',
    ADMIN,
    'act unknown in this place',
  ),
  'admins-only': rule(
    'Это могут только администраторы.',
    'Only administrators may do this.',
    ADMIN,
    'act of administrators',
  ),
  'own-class-only': rule(
    'Классный руководитель меняет только свой класс: учеников, родителей и права в чатах класса.',
    'A class teacher changes their own class alone: its pupils, its parents and the rights in its chats.',
    ADMIN,
    'act of a class teacher outside of what is theirs',
  ),
  'staff-only': rule(
    'Это видят только сотрудники школы.',
    'Only school staff may see this.',
    ADMIN,
    'act of staff',
  ),
  'chat-is-read-only': rule(
    'В этом чате вы можете только читать.',
    'You can only read in this chat.',
    LEAD,
    'writing is not allowed here',
  ),
  'only-leads-moderate': rule(
    'Чужое сообщение может удалить только ведущий чата.',
    'Only those who lead the chat may delete another’s message.',
    LEAD,
    'moderation is not allowed',
  ),
  'reactions-are-off': rule(
    'Ставить реакции здесь вам нельзя.',
    'You may not react here.',
    LEAD,
    'reactions are not allowed',
  ),
  'only-some-may-pin': rule(
    'Закреплять сообщения здесь вам нельзя.',
    'You may not pin messages here.',
    LEAD,
    'pinning is not allowed',
  ),
  'papers-are-off': rule(
    'Документы в этом чате вам доступны только для чтения.',
    'Papers in this chat are read-only for you.',
    LEAD,
    'papers are not allowed',
  ),
  'paper-is-read-only': rule(
    'Этот документ вам доступен только для чтения.',
    'This paper is read-only for you.',
    OWNER,
    'paper is read-only for the person',
  ),
  'only-owner-shares': rule(
    'Права на документ меняет его автор.',
    'The owner of the paper sets its rights.',
    OWNER,
    'rights of a paper are the owner’s',
  ),
  'message-is-gone': rule(
    'Сообщение, к которому это относится, удалено.',
    'The message this belongs to was deleted.',
    NOBODY,
    'target does not exist',
  ),
  'too-long': rule(
    'Слишком длинно. Сократите текст.',
    'Too long. Shorten the text.',
    NOBODY,
    'value exceeds a limit',
  ),
  'too-many-edits': rule(
    'У этого сообщения слишком много правок. Напишите новое.',
    'This message has too many edits. Write a new one.',
    NOBODY,
    'a message has as many edits as it may have',
  ),
  'too-many-pins': rule(
    'В этом чате закреплено слишком много. Открепите что-нибудь.',
    'Too much is pinned in this chat. Unpin something.',
    NOBODY,
    'a chat has as many pins as it may have',
  ),
  'too-many': rule(
    'Настроек и черновиков слишком много.',
    'There are too many settings and drafts.',
    NOBODY,
    'a person keeps as much as they may keep',
  ),
  'changed-meanwhile': rule(
    'Тем временем это изменили. Проверьте и решите заново.',
    'This changed in the meantime. Check and decide again.',
    NOBODY,
    'premise of the intent no longer holds',
  ),
  'school-is-full': rule(
    'В школе накопилось слишком много изменений: это больше не помещается.',
    'The school has recorded too many changes: this one no longer fits.',
    ADMIN,
    'the registry is as big as it may be',
  ),
  'last-admin': rule(
    'Нельзя оставить школу без администратора.',
    'A school cannot be left without an administrator.',
    NOBODY,
    'would remove the last administrator',
  ),
  'bad-value': broken('value has the wrong shape'),
  malformed: broken('bytes do not decode'),
  'foreign-lease': broken('structs of a lease that is not the sender’s'),
  'unknown-place': rule(
    'Такого чата или документа нет.',
    'There is no such chat or paper.',
    ADMIN,
    'unknown document',
  ),
  unreadable: rule(
    'Сервер школы не может прочитать этот чат или документ. Ваш текст сохранён на устройстве.',
    'The school’s server cannot read this chat or paper. Your text is kept on this device.',
    ADMIN,
    'stored rows are damaged',
  ),
  'wrong-epoch': mend('epoch differs'),
  stale: mend('made on a state that is no longer current'),
  'missing-deps': mend('depends on something the relay does not have'),
  'segment-closed': mend('segment is closed for new messages'),
  superseded: mend('lease is closed in this room'),
  'try-later': mend('relay cannot store now'),
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof REFUSALS;

export function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code);
}
