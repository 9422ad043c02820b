/** Releases of the app on this device: a new one is offered, never forced, and nobody's words are lost on the way. */

/** Saves what a tab has not stored yet (composer, outbox); rejects when it could not. */
export type Save = () => Promise<void>;

export type UpdateState =
  /** This tab runs the newest release that the device knows. */
  | 'current'
  /** A newer release is stored and waits for a word. */
  | 'offered'
  /** The word was given: every tab saves and reloads. */
  | 'taking'
  /** The newer release runs, but this tab could not save and stays as it is until its person reloads it. */
  | 'stayed';

export interface UpdateOptions {
  /** Path of the service worker; undefined where there is none (development, insecure origin). */
  script: string | undefined;
  container?: ServiceWorkerContainer | undefined;
  /** The person pays for bytes: the release is stored later. */
  saveData?: boolean;
  reload?: () => void;
}

/** A tab that cannot save in this time does not reload by itself. */
const SAVE_MS_MAX = 5_000;
/** A page that never showed what it was opened for (no network, a door without a link) is not waited for longer. */
const SHOWN_MS_MAX = 20_000;
/** How long the line stays free for a person who saves data, after the page became usable. */
const SAVE_DATA_WAIT_MS = 20_000;
/** An app that stays open for days looks for a newer release this often. */
const CHECK_EVERY_MS = 60 * 60 * 1000;

export class AppUpdate {
  readonly #options: UpdateOptions;
  readonly #saves = new Set<Save>();
  /** Resolves when the first screen shows what it was opened for. */
  readonly #isShown: Promise<void>;
  #shown!: () => void;
  #state = $state<UpdateState>('current');
  #postponed = $state(false);
  #registration: ServiceWorkerRegistration | undefined;
  #checkedAt = 0;

  constructor(options: UpdateOptions) {
    this.#options = options;
    this.#isShown = new Promise((done) => {
      this.#shown = done;
    });
  }

  /** The person knows of it and goes on meanwhile: until the next start it is offered in the settings alone. */
  get postponed(): boolean {
    return this.#postponed;
  }
  postpone(): void {
    this.#postponed = true;
  }

  get state(): UpdateState {
    return this.#state;
  }

  /** Adds something to save before this tab reloads; the result takes it away again. */
  beforeReload(save: Save): () => void {
    this.#saves.add(save);
    return () => this.#saves.delete(save);
  }

  /** The first screen shows what it was opened for. */
  shown(): void {
    this.#shown();
  }

  /**
   * Stores the release on the device, once the first screen is shown: until then every byte of the line is the page's.
   * Resolves when the worker is registered (false: not here). Call it once, after the first screen is drawn.
   */
  async start(): Promise<boolean> {
    const { script } = this.#options;
    const container = this.#container;
    if (!script || !container) return false;
    this.#watch(container);
    // A device that holds a release already registers at once: it costs one small request.
    if (!container.controller) await this.#usable();
    try {
      const registration = await container.register(script, { updateViaCache: 'none' });
      this.#registration = registration;
      this.#follow(registration);
      return true;
    } catch {
      // No release stored is no reason to disturb: the app works as a page, and the next start tries again.
      return false;
    }
  }

  /** Looks for a newer release: after the relay named another version, or when a tab comes back into view. */
  async check(): Promise<void> {
    if (!this.#registration || Date.now() - this.#checkedAt < 60_000) return;
    this.#checkedAt = Date.now();
    await this.#registration.update().catch(() => undefined);
  }

  /** The person's word: the waiting release takes over, every tab saves and reloads. */
  accept(): void {
    const waiting = this.#registration?.waiting;
    if (waiting && this.#state !== 'stayed') {
      this.#state = 'taking';
      waiting.postMessage('skip-waiting');
    } else {
      // The newer release runs already: only this tab is left.
      this.#reload();
    }
  }

  get #container(): ServiceWorkerContainer | undefined {
    return (
      this.#options.container ?? (typeof navigator === 'undefined' ? undefined : navigator.serviceWorker)
    );
  }

  #watch(container: ServiceWorkerContainer): void {
    // The first release of a device takes charge of a page that already runs it: nothing to reload.
    let controlled = container.controller !== null;
    container.addEventListener('controllerchange', () => {
      // A browser that clears its storage takes the worker away: nothing newer is there to load.
      if (!container.controller) return;
      if (controlled) void this.#takeOver();
      controlled = true;
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.check();
    });
    setInterval(() => void this.check(), CHECK_EVERY_MS);
  }

  #follow(registration: ServiceWorkerRegistration): void {
    const offer = () => {
      if (registration.waiting && registration.active && this.#state === 'current') this.#state = 'offered';
    };
    offer();
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', offer);
    });
  }

  async #takeOver(): Promise<void> {
    this.#state = 'taking';
    const saves = [...this.#saves].map((save) => save());
    const late = new Promise<never>((_, reject) => setTimeout(reject, SAVE_MS_MAX, new Error('late')));
    try {
      await Promise.race([Promise.all(saves), late]);
    } catch {
      this.#state = 'stayed';
      return;
    }
    this.#reload();
  }

  #reload(): void {
    (this.#options.reload ?? (() => location.reload()))();
  }

  async #usable(): Promise<void> {
    if (document.readyState !== 'complete')
      await new Promise((done) => addEventListener('load', done, { once: true }));
    await Promise.race([this.#isShown, new Promise((done) => setTimeout(done, SHOWN_MS_MAX))]);
    if (this.#options.saveData) await new Promise((done) => setTimeout(done, SAVE_DATA_WAIT_MS));
    await new Promise<void>((done) => {
      if ('requestIdleCallback' in globalThis) requestIdleCallback(() => done(), { timeout: 3_000 });
      else setTimeout(done, 500);
    });
  }
}
