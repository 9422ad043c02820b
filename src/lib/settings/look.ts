/** The look of a device as it is stored. */
export interface Look {
  theme: 'system' | 'light' | 'dark';
  contrast: 'system' | 'more';
  text: 'small' | 'normal' | 'large';
  enter: 'auto' | 'send' | 'line';
}

export const USUAL_LOOK: Look = { theme: 'system', contrast: 'system', text: 'normal', enter: 'auto' };
const ALLOWED: { readonly [K in keyof Look]: readonly Look[K][] } = {
  theme: ['system', 'light', 'dark'],
  contrast: ['system', 'more'],
  text: ['small', 'normal', 'large'],
  enter: ['auto', 'send', 'line'],
};

/** What is stored, with the default for everything that is missing or unknown. */
export function lookFrom(json: string | null): Look {
  let stored: Partial<Record<keyof Look, unknown>> = {};
  try {
    stored = JSON.parse(json ?? '{}') ?? {};
  } catch {
    // A broken setting is no reason not to open.
  }
  const pick = <K extends keyof Look>(key: K): Look[K] =>
    ALLOWED[key].find((value) => value === stored[key]) ?? USUAL_LOOK[key];
  return { theme: pick('theme'), contrast: pick('contrast'), text: pick('text'), enter: pick('enter') };
}
