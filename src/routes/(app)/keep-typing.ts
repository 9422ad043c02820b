/** Whoever begins to type while a page is on its way goes on typing: the router takes the cursor from every field. */
import { beforeNavigate, onNavigate } from '$app/navigation';

/** Call it while the component that every page stands in is made. */
export function keepTyping(): void {
  let left: Element | null = null;
  beforeNavigate(() => {
    left = document.activeElement;
  });
  onNavigate(() => {
    const field = document.activeElement;
    if (field === left || !isTypedIn(field)) return;
    return () => field.focus({ preventScroll: true });
  });
}

function isTypedIn(element: Element | null): element is HTMLElement {
  return element instanceof HTMLElement && (element.matches('input, textarea') || element.isContentEditable);
}
