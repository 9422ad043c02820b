/** Carets of the others, with their first names. */
import { Extension } from '@tiptap/core';
import { yCursorPlugin } from '@tiptap/y-tiptap';
import type { Awareness } from 'y-protocols/awareness';
import { presenceFits } from '#shared/papers/presence.ts';

/** How a person's caret looks. */
export interface CaretLook {
  name: string;
  /** Degrees of the colour wheel. */
  hue: number;
}

/** `lookOf` gives undefined for somebody who is not to be shown: oneself in another tab, or nobody known. */
export function paperCarets(awareness: Awareness, lookOf: (person: string) => CaretLook | undefined) {
  const personOf = (client: number) => {
    const person: unknown = awareness.getStates().get(client)?.person;
    return typeof person === 'string' ? person : undefined;
  };
  const look = (client: number) => {
    const person = personOf(client);
    return person === undefined ? undefined : lookOf(person);
  };
  return Extension.create({
    name: 'paperCarets',
    priority: 999,
    addProseMirrorPlugins: () => [
      yCursorPlugin(awareness, {
        // Not the document's client id: that one is borrowed while the binding draws.
        awarenessStateFilter: (_own: number, client: number) =>
          client !== awareness.clientID &&
          look(client) !== undefined &&
          presenceFits(awareness.getStates().get(client) ?? {}),
        cursorBuilder: (_user: unknown, client: number) => caret(look(client)),
        selectionBuilder: (_user: unknown, client: number) => ({
          class: 'paper-selection',
          style: `--hue: ${look(client)?.hue ?? 0}`,
        }),
      }),
    ],
  });
}

function caret(look: CaretLook | undefined): HTMLElement {
  const mark = document.createElement('span');
  mark.className = 'paper-caret';
  mark.style.setProperty('--hue', String(look?.hue ?? 0));
  const label = document.createElement('span');
  label.className = 'paper-caret-name';
  label.textContent = look?.name ?? '';
  // Read out on its own it would break the words of the text.
  mark.setAttribute('aria-hidden', 'true');
  mark.append('⁠', label, '⁠');
  requestAnimationFrame(() => keepInside(label));
  return mark;
}

/** A name at the right edge stands to the left of its caret. */
function keepInside(label: HTMLElement): void {
  const frame = label.closest('td, th, .paper-text')?.getBoundingClientRect();
  const over = frame ? label.getBoundingClientRect().right - frame.right : 0;
  if (over > 0) label.style.translate = `${-over}px`;
}
