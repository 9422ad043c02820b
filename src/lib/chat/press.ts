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

/** `press` is asked when something happens: a message that is drawn anew under a finger must not forget it. */
export function pressed(press: () => Press): Attachment<HTMLElement> {
  return (element) => {
    let start: { x: number; y: number } | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let moved = false;
    /** This touch has asked for the menu. */
    let answered = false;
    const ask = (at: { x: number; y: number }): void => {
      answered = true;
      press().onmenu(at);
    };

    const end = (): void => {
      clearTimeout(timer);
      start = undefined;
      element.style.transform = '';
    };
    const down = (event: PointerEvent): void => {
      if (event.pointerType !== 'touch') return;
      moved = false;
      answered = false;
      start = { x: event.clientX, y: event.clientY };
      const at = start;
      timer = setTimeout(() => {
        moved = true;
        end();
        ask(at);
      }, LONG_MS);
    };
    const move = (event: PointerEvent): void => {
      if (!start) return;
      const x = event.clientX - start.x;
      if (Math.abs(x) + Math.abs(event.clientY - start.y) > STILL_PX) {
        moved = true;
        clearTimeout(timer);
      }
      if (press().onswipe && x < -STILL_PX)
        element.style.transform = `translateX(${Math.max(x, -SWIPE_SHOWN_PX)}px)`;
    };
    const up = (event: PointerEvent): void => {
      const swiped = start && event.clientX - start.x < -SWIPE_PX;
      const wasTap = start && !moved;
      const at = start;
      end();
      if (swiped) press().onswipe?.();
      // A link, a reaction or a quote under the finger keeps its own meaning.
      else if (wasTap && at && !(event.target as Element).closest('a, button')) ask(at);
    };
    // The click that follows a touch would land on what the menu has put under the finger.
    const lifted = (event: TouchEvent): void => {
      if (answered && event.cancelable) event.preventDefault();
    };
    const contextmenu = (event: MouseEvent): void => {
      // Selected words and links keep the browser's own menu.
      if (getSelection()?.isCollapsed === false || (event.target as Element).closest('a')) return;
      event.preventDefault();
      if (!matchMedia('(pointer: coarse)').matches) press().onmenu({ x: event.clientX, y: event.clientY });
    };

    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', end);
    element.addEventListener('touchend', lifted);
    element.addEventListener('contextmenu', contextmenu);
    return () => {
      end();
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', end);
      element.removeEventListener('touchend', lifted);
      element.removeEventListener('contextmenu', contextmenu);
    };
  };
}
