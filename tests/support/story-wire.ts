/**
 * The network between one browser and the school: a proxy that can be cut, made deaf and mended. A cut one ends what
 * is open, as a train does in a tunnel; a deaf one carries words to the school and loses every answer, a mute one
 * loses the words and brings what the school says.
 */
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export class StoryWire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #isDeaf = false;
  #isMute = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async lay(): Promise<StoryWire> {
    const server = createServer();
    const wire = new StoryWire(server);
    server.on('connection', (socket) => wire.#keep(socket));
    server.on('request', (incoming, outgoing) => {
      if (wire.#isCut || wire.#isDeaf) {
        incoming.socket.destroy();
        return;
      }
      const { method, headers, url = '' } = incoming;
      const onward = request(url, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    });
    server.on('connect', (incoming, near: Socket) => wire.#tunnel(incoming.url ?? '', near));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return wire;
  }

  /** What a browser is told to go through. */
  get proxy(): { server: string } {
    return { server: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}` };
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }
  deafen(): void {
    this.#isDeaf = true;
  }
  mute(): void {
    this.#isMute = true;
  }
  mend(): void {
    // A connection that lost something is of no more use.
    if (this.#isDeaf || this.#isMute) for (const socket of this.#sockets) socket.destroy();
    this.#isCut = false;
    this.#isDeaf = false;
    this.#isMute = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #tunnel(to: string, near: Socket): void {
    const [host, port] = to.split(':');
    const far = connect({ host: host === 'localhost' ? '127.0.0.1' : host, port: Number(port) });
    this.#keep(far);
    far.once('connect', () => near.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    near.on('data', (bytes) => {
      if (!this.#isMute) far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (!this.#isDeaf) near.write(bytes);
    });
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
  }

  #keep(socket: Socket): void {
    if (this.#isCut) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
