/** Search that forgives: case, ё and е, Latin letters that look Cyrillic («7A» and «7А»), a wrong keyboard layout. */

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: 'а',
  b: 'в',
  c: 'с',
  e: 'е',
  h: 'н',
  k: 'к',
  m: 'м',
  o: 'о',
  p: 'р',
  t: 'т',
  x: 'х',
  y: 'у',
  ё: 'е',
};
const LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const CYRILLIC_KEYS = 'йцукенгшщзхъфывапролджэячсмитьбюё';

/** The form in which two spellings of one word are equal. */
function fold(text: string): string {
  let folded = '';
  for (const letter of text.toLowerCase()) folded += LOOK_ALIKES[letter] ?? letter;
  return folded.replace(/\s+/g, ' ').trim();
}

/** Makes a question once and asks it of many texts: every word of the query must occur. */
export function matcher(query: string): (text: string) => boolean {
  const readings = [query, otherLayout(query)].map((reading) => fold(reading).split(' ').filter(Boolean));
  return (text) => {
    const folded = fold(text);
    return readings.some((words) => words.every((word) => folded.includes(word)));
  };
}

/** What the same keys give on the other layout: «vfif» is «маша». */
function otherLayout(text: string): string {
  let other = '';
  for (const letter of text.toLowerCase()) {
    const at = LATIN_KEYS.indexOf(letter);
    const back = CYRILLIC_KEYS.indexOf(letter);
    other += at >= 0 ? CYRILLIC_KEYS[at] : back >= 0 ? LATIN_KEYS[back] : letter;
  }
  return other;
}
