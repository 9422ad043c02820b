/** Putting the app on the home screen. Asked after the first thing of value, never on landing. */
import { isInstalled } from '#lib/session/support.ts';

/** Chromium's event; no other engine has it. */
interface InstallPrompt extends Event {
  prompt(): Promise<void>;
  readonly userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

export type InstallWay =
  /** It stands there already. */
  | 'installed'
  /** One tap: the browser asks. */
  | 'prompt'
  /** Share → «На экран „Домой“»: Apple has no other way. */
  | 'ios-steps'
  /** File → «Добавить в Dock». */
  | 'mac-steps'
  /** The browser does not say how. */
  | 'none';

export class Install {
  #prompt = $state.raw<InstallPrompt>();
  #installed = $state(false);

  /** Listens from the start: Chromium gives its prompt once, early, and only to who listens. */
  constructor(target: EventTarget = globalThis) {
    this.#installed = isInstalled();
    target.addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      this.#prompt = event as InstallPrompt;
    });
    target.addEventListener('appinstalled', () => {
      this.#installed = true;
      this.#prompt = undefined;
    });
  }

  get way(): InstallWay {
    if (this.#installed) return 'installed';
    if (this.#prompt) return 'prompt';
    if (!navigator.vendor.startsWith('Apple')) return 'none';
    // An iPad says it is a Mac; only its touch screen gives it away.
    return navigator.maxTouchPoints > 1 ? 'ios-steps' : 'mac-steps';
  }

  /** Shows the browser's own question. False when the person said no, or there is none to show. */
  async ask(): Promise<boolean> {
    const prompt = this.#prompt;
    if (!prompt) return false;
    this.#prompt = undefined;
    await prompt.prompt();
    return (await prompt.userChoice).outcome === 'accepted';
  }
}
