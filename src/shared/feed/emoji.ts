/** One emoji as a reaction. By its structure, not by a list: a new emoji must not need a new relay. */
import { LIMITS } from '../school/limits.ts';

const PICTURE = String.raw`\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?(?:[\u{e0020}-\u{e007e}]+\u{e007f})?`;
const ONE = new RegExp(
  String.raw`^(?:\p{Regional_Indicator}{2}|[#*0-9]\ufe0f?\u20e3|${PICTURE}(?:\u200d${PICTURE})*)$`,
  'u',
);

export function isEmoji(text: string): boolean {
  return text.length <= LIMITS.reactionCharsMax && ONE.test(text);
}
