/** Whether a port can be had, and whether `localhost` with it would lead here and to no other program. */
import { connect, createServer } from 'node:net';

/** Nothing on this computer takes that long to be refused. */
const ANSWER_MS = 1_000;
const LOOPBACKS = ['127.0.0.1', '::1'];
/** A start on one of these is opened as `localhost`, which may be either of the loopbacks. */
const OPENED_AS_LOCALHOST = ['localhost', '0.0.0.0', '::', ...LOOPBACKS];

/** Resolves when the port can be had; rejects with the system's error, or with one that says the same. */
export async function tryPort(port: number, host: string): Promise<void> {
  await tryListen(port, host);
  if (!OPENED_AS_LOCALHOST.includes(host)) return;
  // Asked and not tried: some systems let a second program listen beside one that listens on every address.
  const answers = await Promise.all(LOOPBACKS.map((address) => isAnswered(port, address)));
  if (answers.includes(true)) throw Object.assign(new Error(`${port} is taken`), { code: 'EADDRINUSE' });
}

function tryListen(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** Also no where there is no such address: a computer without IPv6. */
function isAnswered(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    const done = (isSo: boolean) => {
      socket.destroy();
      resolve(isSo);
    };
    socket.setTimeout(ANSWER_MS, () => done(false));
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}
