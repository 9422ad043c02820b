/**
 * One port for http and https: the first byte of a connection says which of the two it speaks, and the server of that
 * one takes the connection as if it had listened itself.
 */
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';

/** The type of a TLS record that begins a handshake. No method of HTTP begins so. */
const TLS_HELLO = 0x16;

export interface SharedPort {
  /** What listens. */
  server: Server;
  /** Hangs up on those who said nothing yet: to no server they are a connection. */
  endSilent(): void;
}

/** Who connects and says nothing for `silentMs` is hung up on. */
export function sharePort(plain: HttpServer, safe: HttpsServer, silentMs: number): SharedPort {
  const silent = new Set<Socket>();
  // As a server of http makes them; with TLS nobody reads on after the other side has ended.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const end = () => socket.destroy();
    const forget = () => silent.delete(socket);
    silent.add(socket);
    socket.setTimeout(silentMs, end);
    socket.on('error', end).on('end', end).on('close', forget);
    socket.once('data', (first: Buffer) => {
      forget();
      socket.setTimeout(0).off('timeout', end).off('error', end).off('end', end).off('close', forget);
      // Back it goes: the server reads the connection from its first byte, and not before it has taken it.
      socket.pause();
      socket.unshift(first);
      const isSafe = first[0] === TLS_HELLO;
      socket.allowHalfOpen = !isSafe;
      (isSafe ? safe : plain).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  return {
    server,
    endSilent() {
      for (const socket of silent) socket.destroy();
    },
  };
}
