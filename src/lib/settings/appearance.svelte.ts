/**
 * How this device looks: theme, contrast, size of letters, and what Enter does. Kept per device (a phone and a desk
 * differ) and outside the database, because it is needed before the first paint.
 */
import { createContext } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';
import { type Look, lookFrom, USUAL_LOOK } from './look.ts';

const KEY = 'parta-look';
const LETTERS_KEY = 'parta-letters';
export class Appearance {
  #look = $state.raw<Look>(USUAL_LOOK);
  readonly #ownLetters = !savesData() && localStorage.getItem(LETTERS_KEY) === 'here';
  readonly #dark = new MediaQuery('(prefers-color-scheme: dark)');
  readonly #contrast = new MediaQuery('(prefers-contrast: more)');

  constructor() {
    this.#look = lookFrom(localStorage.getItem(KEY));
    addEventListener('storage', (event) => {
      if (event.key === KEY) this.#look = lookFrom(event.newValue);
    });
  }

  get look(): Look {
    return this.#look;
  }

  set<K extends keyof Look>(key: K, value: Look[K]): void {
    this.#look = { ...this.#look, [key]: value };
    localStorage.setItem(KEY, JSON.stringify(this.#look));
  }

  /** Draws the look onto the page; call it in an effect. */
  apply(root: HTMLElement): void {
    const { theme, contrast, text } = this.#look;
    root.dataset.theme = theme === 'system' ? (this.#dark.current ? 'dark' : 'light') : theme;
    root.dataset.text = text;
    root.dataset.contrast = contrast === 'more' || this.#contrast.current ? 'more' : 'normal';
    root.dataset.letters = this.#ownLetters ? 'own' : 'system';
  }
}

/**
 * Brings our own letters for the next start, when the line is free: the first visit draws with the system's, and no
 * text changes its shape under the eyes.
 */
export async function bringLetters(): Promise<void> {
  if (savesData() || localStorage.getItem(LETTERS_KEY) === 'here') return;
  const faces = await document.fonts.load('1rem "Golos Text"', 'Aa Яя').catch(() => []);
  if (faces.length > 0) localStorage.setItem(LETTERS_KEY, 'here');
}

export const [getAppearance, setAppearance] = createContext<Appearance>();

/** The person pays for bytes: no letters of our own, no release ahead of need. */
export function savesData(): boolean {
  return (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
