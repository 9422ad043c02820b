/** What came of an act that shows nothing by itself: there for a moment. */
const SAID_MS = 2_500;

export class Said {
  text = $state('');
  #ends: ReturnType<typeof setTimeout> | undefined;

  say(words: string): void {
    this.text = words;
    clearTimeout(this.#ends);
    this.#ends = setTimeout(() => {
      this.text = '';
    }, SAID_MS);
  }
}
