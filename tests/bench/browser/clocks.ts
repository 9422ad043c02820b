// Runs inside the measured page, before anything of its own: stop-watches that end with a painted frame.

export interface Clocks {
  /** Resolves with the time of the first frame painted after `is` held, and that `shows` it, in ms since the page began. */
  painted(is: () => boolean, shows?: () => boolean): Promise<number>;
  /** Time of the last Enter that was pressed. */
  enterAt: number;
  /** When the first WebSocket of the page was asked for, and when each refusal of the relay came in. */
  lineAt: number;
  refusedAt: number[];
  holds(person: string, seqs: Readonly<Record<string, number>>): Promise<boolean>;
}

declare global {
  interface Window {
    bench: Clocks;
  }
}

/** Self-contained: it is handed to the browser as its text. */
export function installClocks(): void {
  const REFUSE = 71;
  window.bench = {
    enterAt: 0,
    lineAt: 0,
    refusedAt: [],
    painted(is, shows = () => true) {
      return new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        // A task queued from a frame's callback runs once that frame was handed to the screen.
        port1.onmessage = () => {
          const at = performance.now();
          if (shows()) resolve(at);
          else frame();
        };
        const frame = () => requestAnimationFrame(() => port2.postMessage(null));
        const look = () => {
          if (!is()) return false;
          watch.disconnect();
          frame();
          return true;
        };
        const watch = new MutationObserver(() => void look());
        const begin = () => {
          if (look()) return;
          watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
        };
        begin();
      });
    },
    async holds(person, seqs) {
      const open = indexedDB.open(`parta-${person}`);
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        open.onsuccess = () => resolve(open.result);
        open.onerror = () => reject(open.error);
      });
      const all = db.transaction('rooms').objectStore('rooms').getAll();
      const rows = await new Promise<{ room: string; seq: number }[]>((resolve) => {
        all.onsuccess = () => resolve(all.result);
      });
      db.close();
      const held = new Map(rows.map(({ room, seq }) => [room, seq]));
      return Object.entries(seqs).every(([room, seq]) => (held.get(room) ?? 0) >= seq);
    },
  };
  addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Enter') window.bench.enterAt = event.timeStamp;
    },
    { capture: true },
  );
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      window.bench.lineAt ||= performance.now();
      this.addEventListener('message', ({ data }) => {
        if (data instanceof ArrayBuffer && holdsRefusal(new Uint8Array(data)))
          window.bench.refusedAt.push(performance.now());
      });
    }
  };

  /** A frame begins with its kind; an envelope (0) holds frames with their lengths before them. */
  function holdsRefusal(bytes: Uint8Array): boolean {
    if (bytes[0] !== 0) return bytes[0] === REFUSE;
    for (let at = 1; at < bytes.length; ) {
      let length = 0;
      let scale = 1;
      let byte = 0;
      do {
        byte = bytes[at++] ?? 0;
        length += (byte & 127) * scale;
        scale *= 128;
      } while (byte >= 128);
      if (bytes[at] === REFUSE) return true;
      at += length;
    }
    return false;
  }
}
