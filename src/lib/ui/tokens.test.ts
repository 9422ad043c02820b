import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../../app.css', import.meta.url), 'utf8');
const LIGHT = ':root';
const DARK = ':root[data-theme="dark"]';
const MORE = ':root[data-contrast="more"]';
const DARK_MORE = ':root[data-theme="dark"][data-contrast="more"]';
const looks = {
  light: [LIGHT],
  dark: [LIGHT, DARK],
  'light, high contrast': [LIGHT, MORE],
  'dark, high contrast': [LIGHT, DARK, MORE, DARK_MORE],
};

/** The tokens of a look: later blocks win, as the cascade has it. */
function tokensOf(selectors: readonly string[]): Map<string, [number, number, number]> {
  const tokens = new Map<string, [number, number, number]>();
  for (const selector of selectors) {
    const from = css.indexOf(`\n${selector} {`);
    const block = css.slice(from, css.indexOf('\n}', from));
    for (const [, name, l, c, h] of block.matchAll(/--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g))
      tokens.set(name as string, [Number(l), Number(c), Number(h)]);
  }
  return tokens;
}

/** WCAG's relative luminance of an OKLCH colour (colours outside sRGB are clipped, as a screen does). */
function luminance([l, c, h]: [number, number, number]): number {
  const angle = (h * Math.PI) / 180;
  const [a, b] = [c * Math.cos(angle), c * Math.sin(angle)];
  const cone = (x: number, y: number): number => (l + x * a + y * b) ** 3;
  const L = cone(0.3963377774, 0.2158037573);
  const M = cone(-0.1055613458, -0.0638541728);
  const S = cone(-0.0894841775, -1.291485548);
  const clip = (value: number): number => Math.min(1, Math.max(0, value));
  return (
    0.2126 * clip(4.0767416621 * L - 3.3077115913 * M + 0.2309699292 * S) +
    0.7152 * clip(-1.2684380046 * L + 2.6097574011 * M - 0.3413193965 * S) +
    0.0722 * clip(-0.0041960863 * L - 0.7034186147 * M + 1.707614701 * S)
  );
}

describe.each(Object.entries(looks))('colours, %s', (_, selectors) => {
  const tokens = tokensOf(selectors);
  const contrast = (one: string, other: string): number => {
    const [a, b] = [one, other].map((name) => {
      const token = tokens.get(name);
      if (!token) throw new Error(`no token ${name}`);
      return luminance(token);
    }) as [number, number];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const grounds = ['surface', 'raised', 'sunken', 'accent-surface'];

  test('[R461] text is read at 7 : 1 on every ground', () => {
    for (const ground of [...grounds, 'warning-surface'])
      expect(contrast('text', ground), ground).toBeGreaterThanOrEqual(7);
  });

  test('[R461] quiet and coloured words are read at 4.5 : 1', () => {
    for (const word of ['quiet', 'accent', 'danger', 'warning'])
      for (const ground of grounds.filter((name) => name !== 'accent-surface' || word !== 'warning'))
        expect(contrast(word, ground), `${word} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast('on-accent', 'accent')).toBeGreaterThanOrEqual(4.5);
    expect(contrast('on-danger', 'danger')).toBeGreaterThanOrEqual(4.5);
  });

  test('[R461] the edges of controls stand out at 3 : 1', () => {
    for (const ground of ['surface', 'raised', 'sunken'])
      expect(contrast('edge', ground), ground).toBeGreaterThanOrEqual(3);
  });
});
