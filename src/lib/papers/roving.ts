/** One stop of the Tab key for a whole toolbar; arrows move inside it, as its pattern asks. */
import type { Attachment } from 'svelte/attachments';

/** `leave` is called for Escape. */
export function roving(leave: () => void): Attachment<HTMLElement> {
  return (bar) => {
    const buttons = () =>
      [...bar.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')].filter((it) =>
        it.checkVisibility(),
      );
    const settle = (chosen?: HTMLButtonElement) => {
      const all = buttons();
      const stop = chosen ?? all.find((button) => button.tabIndex === 0) ?? all[0];
      for (const button of all) button.tabIndex = button === stop ? 0 : -1;
    };
    const move = (event: KeyboardEvent) => {
      if (event.key === 'Escape') return leave();
      const all = buttons();
      const at = all.indexOf(document.activeElement as HTMLButtonElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (to === undefined || at < 0) return;
      event.preventDefault();
      const next = all[(to + all.length) % all.length];
      settle(next);
      next?.focus();
    };
    // The text keeps its selection, and a phone its keyboard.
    const stay = (event: Event) => event.preventDefault();
    settle();
    const watch = new MutationObserver(() => settle());
    watch.observe(bar, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
    bar.addEventListener('keydown', move);
    bar.addEventListener('mousedown', stay);
    return () => {
      watch.disconnect();
      bar.removeEventListener('keydown', move);
      bar.removeEventListener('mousedown', stay);
    };
  };
}
