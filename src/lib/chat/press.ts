/** A finger on a message: long press or tap asks for the menu, a swipe to the left answers. A mouse: the right button. */
import type { Attachment } from 'svelte/attachments';

const LONG_MS = 420;
const STILL_PX = 10;
const SWIPE_PX = 64;
const SWIPE_SHOWN_PX = 80;

export interface Press {
  onmenu: (at: { x: number; y: number }) => void;
  onswipe?: (() => void) | undefined;
}

export function press({ onmenu, onswipe }: Press): Attachment<HTMLElement> {
  return (element) => {
    let start: { x: number; y: number } | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let moved = false;

    const end = (): void => {
      clearTimeout(timer);
      start = undefined;
      element.style.transform = '';
    };
    const down = (event: PointerEvent): void => {
      if (event.pointerType !== 'touch') return;
      moved = false;
      start = { x: event.clientX, y: event.clientY };
      const at = start;
      timer = setTimeout(() => {
        moved = true;
        end();
        onmenu(at);
      }, LONG_MS);
    };
    const move = (event: PointerEvent): void => {
      if (!start) return;
      const x = event.clientX - start.x;
      if (Math.abs(x) + Math.abs(event.clientY - start.y) > STILL_PX) {
        moved = true;
        clearTimeout(timer);
      }
      if (onswipe && x < -STILL_PX) element.style.transform = `translateX(${Math.max(x, -SWIPE_SHOWN_PX)}px)`;
    };
    const up = (event: PointerEvent): void => {
      const swiped = start && event.clientX - start.x < -SWIPE_PX;
      const wasTap = start && !moved;
      const at = start;
      end();
      if (swiped) onswipe?.();
      // A link, a reaction or a quote under the finger keeps its own meaning.
      else if (wasTap && at && !(event.target as Element).closest('a, button')) onmenu(at);
    };
    const contextmenu = (event: MouseEvent): void => {
      // Selected words and links keep the browser's own menu.
      if (getSelection()?.isCollapsed === false || (event.target as Element).closest('a')) return;
      event.preventDefault();
      if (!matchMedia('(pointer: coarse)').matches) onmenu({ x: event.clientX, y: event.clientY });
    };

    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', end);
    element.addEventListener('contextmenu', contextmenu);
    return () => {
      end();
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', end);
      element.removeEventListener('contextmenu', contextmenu);
    };
  };
}
