/**
 * How this device looks: theme, contrast, size of letters, and what Enter does. Kept per device (a phone and a desk
 * differ) and outside the database, because it is needed before the first paint.
 */
import { createContext } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';

export interface Look {
  theme: 'system' | 'light' | 'dark';
  contrast: 'system' | 'more';
  text: 'small' | 'normal' | 'large';
  enter: 'auto' | 'send' | 'line';
}

const KEY = 'parta-look';
const DEFAULT: Look = { theme: 'system', contrast: 'system', text: 'normal', enter: 'auto' };
const ALLOWED: { readonly [K in keyof Look]: readonly Look[K][] } = {
  theme: ['system', 'light', 'dark'],
  contrast: ['system', 'more'],
  text: ['small', 'normal', 'large'],
  enter: ['auto', 'send', 'line'],
};

export class Appearance {
  #look = $state.raw<Look>(DEFAULT);
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
    root.dataset.letters = savesData() ? 'system' : 'own';
  }
}

export const [getAppearance, setAppearance] = createContext<Appearance>();

/** What is stored, with the default for everything that is missing or unknown. */
export function lookFrom(json: string | null): Look {
  let stored: Partial<Record<keyof Look, unknown>> = {};
  try {
    stored = JSON.parse(json ?? '{}') ?? {};
  } catch {
    // A broken setting is no reason not to open.
  }
  const pick = <K extends keyof Look>(key: K): Look[K] =>
    ALLOWED[key].find((value) => value === stored[key]) ?? DEFAULT[key];
  return { theme: pick('theme'), contrast: pick('contrast'), text: pick('text'), enter: pick('enter') };
}

/** The person pays for bytes: no letters of our own, no release ahead of need. */
export function savesData(): boolean {
  return (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
