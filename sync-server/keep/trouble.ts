/** What a person at the console can do something about: one sentence that says what is wrong, and what to do. */
export class Trouble extends Error {
  override readonly name = 'Trouble';
}
