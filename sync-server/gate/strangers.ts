/**
 * Connections of people who are not known yet: browsers that fetch the app, requests between a page and the relay, and
 * whoever else. There are only so many at once. Beyond it the one makes room from which no whole request has come for
 * longest: who opens thousands and waits pushes out their own, and an honest request lives no longer than its answer.
 * Addresses do not count: a school shares one, and behind a proxy all do.
 */
import type { Socket } from 'node:net';

export class Strangers {
  readonly #max: number;
  readonly #onCrowded: () => void;
  /** Longest silent first. With https a connection and its encrypted side are two objects of one place. */
  readonly #sockets = new Map<string, Socket>();
  /** One for all sockets: thousands of idle connections cost memory. */
  readonly #onClose: (this: Socket) => void;

  constructor(max: number, onCrowded: () => void) {
    this.#max = max;
    this.#onCrowded = onCrowded;
    const sockets = this.#sockets;
    this.#onClose = function onClose() {
      // Its place is still told: it was asked for once while the connection lived.
      const place = placeOf(this);
      if (sockets.get(place) === this) sockets.delete(place);
    };
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** A connection was opened. */
  come(socket: Socket): void {
    if (socket.destroyed) return;
    this.#sockets.set(placeOf(socket), socket);
    socket.on('close', this.#onClose);
    if (this.#sockets.size <= this.#max) return;
    const [longest] = this.#sockets;
    if (!longest) return;
    this.#sockets.delete(longest[0]);
    longest[1].destroy();
    this.#onCrowded();
  }

  /** A whole request came on it. */
  heard(socket: Socket): void {
    const place = placeOf(socket);
    const known = this.#sockets.get(place);
    if (!known) return;
    this.#sockets.delete(place);
    this.#sockets.set(place, known);
  }

  /** Somebody with a session talks on it now: they have limits of their own. */
  known(socket: Socket): void {
    const place = placeOf(socket);
    this.#sockets.get(place)?.off('close', this.#onClose);
    this.#sockets.delete(place);
  }
}

function placeOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
