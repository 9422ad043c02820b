/** The proxies of docs/deploy, as their samples say, on loopback. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Certificate } from './certificate.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(root, 'node_modules', '.cache', 'parta', 'proxies');
const NAME = /parta[.]school7[.]example/g;
const RELAY = /127[.]0[.]0[.]1:8080/g;

export interface Place {
  /** A folder of the test's own. */
  folder: string;
  port: number;
  relayPort: number;
  certificate: Certificate;
}

export interface FrontDoor {
  stop(): Promise<void>;
}

/** Starts nginx with docs/deploy/nginx.conf: only names, ports and paths differ. */
export async function startNginx(program: string, place: Place, sparePort: number): Promise<FrontDoor> {
  const site = sample('nginx.conf', place)
    .replace('listen 443 ssl', `listen 127.0.0.1:${place.port} ssl`)
    .replace('listen 80;', `listen 127.0.0.1:${sparePort};`);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(place.folder, kind)};`)
    .join('\n');
  const conf = join(place.folder, 'main.conf');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    conf,
    `${user} daemon off; pid ${join(place.folder, 'pid')}; error_log stderr; events {}\nhttp { access_log off;\n${paths}\n${site}\n}`,
  );
  return started(spawn(program, ['-c', conf, '-p', place.folder, '-e', 'stderr']), place.port);
}

/** Starts Caddy with docs/deploy/Caddyfile: the same, and its line about a certificate of one's own counts. */
export async function startCaddy(program: string, place: Place): Promise<FrontDoor> {
  const site = sample('Caddyfile', place)
    .replace(/^localhost \{/m, `https://localhost:${place.port} {\n\tbind 127.0.0.1`)
    .replace('# tls ', 'tls ');
  const conf = join(place.folder, 'Caddyfile');
  writeFileSync(conf, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
  const env = {
    ...process.env,
    HOME: place.folder,
    XDG_DATA_HOME: place.folder,
    XDG_CONFIG_HOME: place.folder,
  };
  return started(spawn(program, ['run', '--config', conf, '--adapter', 'caddyfile'], { env }), place.port);
}

function sample(name: string, { relayPort, certificate }: Place): string {
  return readFileSync(join(root, 'docs', 'deploy', name), 'utf8')
    .replace(NAME, 'localhost')
    .replace(RELAY, `127.0.0.1:${relayPort}`)
    .replaceAll('/etc/parta/fullchain.pem', certificate.cert)
    .replaceAll('/etc/parta/privkey.pem', certificate.key);
}

async function started(child: ChildProcess, port: number): Promise<FrontDoor> {
  let said = '';
  for (const out of [child.stdout, child.stderr])
    out?.on('data', (part) => {
      said += part;
    });
  const gone = once(child, 'exit').then(() => {
    throw new Error(`the proxy did not start:\n${said}`);
  });
  await Promise.race([gone, listening(port)]);
  gone.catch(() => undefined);
  return {
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise(setImmediate);
  }
}

export type ProxyName = 'nginx' | 'caddy';

/**
 * The program of this machine, or Debian's, unpacked into a cache: nothing is installed and no service starts. Undefined
 * where the sample cannot be tried; then a sentence has said why.
 */
export function findProxy(name: ProxyName): string | undefined {
  if (process.platform !== 'linux') {
    // The test asks from several addresses of one machine, which Linux alone has by itself.
    console.info(`The sample of docs/deploy for ${name} was not tried: it is tried on Linux.`);
    return undefined;
  }
  const path = name === 'nginx' ? 'usr/sbin/nginx' : 'usr/bin/caddy';
  const places = [`/${path}`, `/usr/local/bin/${name}`, join(CACHE, path)];
  const found = places.find((place) => existsSync(place)) ?? unpacked(name, path);
  if (!found)
    console.info(
      `The sample of docs/deploy for ${name} was not tried: install ${name} (apt install ${name}).`,
    );
  return found;
}

function unpacked(name: string, path: string): string | undefined {
  if (!existsSync('/etc/debian_version')) return undefined;
  mkdirSync(CACHE, { recursive: true });
  const run = (command: string, ...words: string[]) =>
    spawnSync(command, words, { cwd: CACHE, encoding: 'utf8' });
  const patience = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::Retries=1'];
  if (run('apt-get', ...patience, 'download', name).status !== 0 && process.getuid?.() === 0) {
    run('apt-get', ...patience, 'update');
    run('apt-get', ...patience, 'download', name);
  }
  run('sh', '-c', `for deb in ${name}_*.deb; do dpkg -x "$deb" .; done`);
  return existsSync(join(CACHE, path)) ? join(CACHE, path) : undefined;
}
