/** What the browser tells a tab about itself: seen, hidden, thawed, with or without a network. */

export interface BrowserEvents {
  /** The person or the network is back. */
  wake(): void;
  /** The browser says that there is no network. */
  doubt(): void;
  /** The tab may be killed from here on without another word. */
  hide(): void;
  /** The tab goes on after it was frozen. */
  thaw(): void;
}

/** Listens until the function that it gives is called. */
export function listenToBrowser(events: BrowserEvents): () => void {
  const wake = () => {
    if (document.visibilityState === 'visible') events.wake();
  };
  const hide = () => {
    if (document.visibilityState === 'hidden') events.hide();
  };
  const thaw = () => {
    events.thaw();
    wake();
  };
  const pageshow = (event: Event) => {
    if ((event as PageTransitionEvent).persisted) thaw();
  };
  const heard: [EventTarget, string, (event: Event) => void][] = [
    [window, 'online', wake],
    [window, 'offline', () => events.doubt()],
    [window, 'focus', wake],
    [window, 'pageshow', pageshow],
    [window, 'pagehide', hide],
    [document, 'visibilitychange', wake],
    [document, 'visibilitychange', hide],
    [document, 'resume', thaw],
  ];
  for (const [target, type, listener] of heard) target.addEventListener(type, listener);
  return () => {
    for (const [target, type, listener] of heard) target.removeEventListener(type, listener);
  };
}
