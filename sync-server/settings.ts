/** What the environment may say, read in one place. A wrong value is a sentence that names it and shows a right one. */
import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { SECRET_CHARS_MIN } from './accounts/secret.ts';
import { makeFolder } from './folders.ts';
import { pairOf, readCertificate, readKey } from './pem.ts';

export interface Settings {
  dataDir: string;
  port: number;
  host: string;
  /** Public origin, as the browser's address bar shows it. */
  origin: string;
  /** The relay speaks https itself; undefined behind a proxy, or on this computer alone. */
  tls: { cert: Buffer; key: Buffer } | undefined;
  /** Addresses of proxies whose word about the client's address counts. */
  trustedProxies: string[];
  /** Signs sessions; undefined: the one in the data folder, made at the first start. */
  secret: string | undefined;
  /** Title of a school that is founded by this start. */
  school: string;
  /** What works, and yet should be known. */
  warnings: string[];
}

export type Read = { ok: true; settings: Settings } | { ok: false; problems: string[] };

type Environment = Readonly<Record<string, string | undefined>>;

const EXAMPLES = {
  PARTA_DATA: '/var/lib/parta',
  PARTA_PORT: '8443',
  PARTA_HOST: '0.0.0.0',
  PARTA_ORIGIN: 'https://parta.school7.example',
  PARTA_TLS_CERT: '/etc/parta/fullchain.pem',
  PARTA_TLS_KEY: '/etc/parta/privkey.pem',
  PARTA_TRUSTED_PROXY: '127.0.0.1,::1',
  PARTA_SECRET: '$(openssl rand -base64 33)',
  PARTA_SCHOOL: 'Школа № 7',
} as const;
type Variable = keyof typeof EXAMPLES;

const DEFAULT_PORT = 8080;
const TITLE_CHARS_MAX = 120;
/** A name or an address. What else a URL may hold, a browser would never show as this school. */
const HOST = /^(\[[\da-f:.]+\]|[\da-z_-]+(\.[\da-z_-]+)*)$/;

/** Reads and checks everything at once, so that one start names every mistake. Makes the data folder. */
export function readSettings(env: Environment): Read {
  const problems: string[] = [];
  const wrong = (variable: Variable, why: string) => {
    problems.push(`${variable} ${why} Example: ${variable}=${EXAMPLES[variable]}`);
  };
  const port = readPort(env, wrong);
  const tls = readTls(env, wrong);
  const trustedProxies = readProxies(env, wrong);
  // Files that are wrong are named already: with better ones it is https.
  const isTls = saidIn(env, 'PARTA_TLS_CERT') !== undefined && saidIn(env, 'PARTA_TLS_KEY') !== undefined;
  const origin = readOrigin(env, port, isTls, trustedProxies.length > 0, wrong);
  const settings: Settings = {
    dataDir: readFolder(env, wrong),
    port,
    host: readHost(env, isTls, wrong),
    origin,
    tls,
    trustedProxies,
    secret: readSecret(env, wrong),
    school: readSchool(env, wrong),
    warnings: warningsOf(env, origin),
  };
  return problems.length > 0 ? { ok: false, problems } : { ok: true, settings };
}

type Wrong = (variable: Variable, why: string) => void;

function readPort(env: Environment, wrong: Wrong): number {
  const said = saidIn(env, 'PARTA_PORT');
  if (said === undefined) return DEFAULT_PORT;
  const port = Number(said);
  if (/^\d{1,5}$/.test(said) && port >= 1 && port <= 65_535) return port;
  wrong('PARTA_PORT', `is «${said}» and has to be a port between 1 and 65535.`);
  return DEFAULT_PORT;
}

function readHost(env: Environment, isTls: boolean, wrong: Wrong): string {
  const said = saidIn(env, 'PARTA_HOST');
  if (said === undefined) return isTls ? '0.0.0.0' : '127.0.0.1';
  if (isIP(said) === 0 && said !== 'localhost')
    wrong('PARTA_HOST', `is «${said}» and has to be an address of this computer.`);
  return said;
}

function readFolder(env: Environment, wrong: Wrong): string {
  const folder = resolve(saidIn(env, 'PARTA_DATA') ?? 'data');
  try {
    makeFolder(folder, 0o700);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    wrong('PARTA_DATA', `is «${folder}», and this user cannot make it or write there.`);
  }
  return folder;
}

function readTls(env: Environment, wrong: Wrong): Settings['tls'] {
  const [certFile, keyFile] = [saidIn(env, 'PARTA_TLS_CERT'), saidIn(env, 'PARTA_TLS_KEY')];
  const cert = certFile === undefined ? undefined : readCertificate(certFile);
  const key = keyFile === undefined ? undefined : readKey(keyFile);
  if (typeof cert === 'string') wrong('PARTA_TLS_CERT', `is «${certFile}», and ${cert}.`);
  if (typeof key === 'string') wrong('PARTA_TLS_KEY', `is «${keyFile}», and ${key}.`);
  if (certFile && !keyFile) wrong('PARTA_TLS_KEY', 'is missing beside PARTA_TLS_CERT.');
  if (keyFile && !certFile) wrong('PARTA_TLS_CERT', 'is missing beside PARTA_TLS_KEY.');
  if (typeof cert !== 'object' || typeof key !== 'object') return undefined;
  const pair = pairOf(cert, key);
  if (typeof pair !== 'string') return pair;
  wrong('PARTA_TLS_KEY', `is «${keyFile}», and ${pair} («${certFile}», PARTA_TLS_CERT).`);
  return undefined;
}

function readProxies(env: Environment, wrong: Wrong): string[] {
  const said = saidIn(env, 'PARTA_TRUSTED_PROXY');
  if (said === undefined) return [];
  const proxies = said.split(',').map((address) => address.trim());
  const bad = proxies.find((address) => isIP(address) === 0);
  if (bad !== undefined)
    wrong('PARTA_TRUSTED_PROXY', `holds «${bad}» and has to be addresses with commas between.`);
  return proxies;
}

function readOrigin(
  env: Environment,
  port: number,
  isTls: boolean,
  isProxied: boolean,
  wrong: Wrong,
): string {
  const said = saidIn(env, 'PARTA_ORIGIN');
  const fallback = `http://localhost:${port}`;
  if (said === undefined) {
    if (isTls || isProxied) wrong('PARTA_ORIGIN', 'is missing: people’s browsers need the public address.');
    return fallback;
  }
  const origin = originOf(said);
  if (origin === undefined) {
    wrong('PARTA_ORIGIN', `is «${said}» and has to be http(s)://name[:port] with nothing behind it.`);
    return fallback;
  }
  const isHttps = origin.startsWith('https:');
  if (isTls && !isHttps)
    wrong('PARTA_ORIGIN', `is «${said}», but with a certificate it has to begin with https://.`);
  if (isHttps && !isTls && !isProxied)
    wrong(
      'PARTA_TLS_CERT',
      'and PARTA_TLS_KEY (or PARTA_TRUSTED_PROXY) are missing: PARTA_ORIGIN says https.',
    );
  return origin;
}

function originOf(said: string): string | undefined {
  if (!/^https?:\/\//.test(said) || !URL.canParse(said)) return undefined;
  const url = new URL(said);
  if (!HOST.test(url.hostname)) return undefined;
  return url.pathname === '/' && !url.search && !url.hash && !url.username ? url.origin : undefined;
}

function readSecret(env: Environment, wrong: Wrong): string | undefined {
  const secret = saidIn(env, 'PARTA_SECRET');
  if (secret !== undefined && secret.length < SECRET_CHARS_MIN)
    wrong('PARTA_SECRET', `is shorter than ${SECRET_CHARS_MIN} characters; leave it out, and one is made.`);
  return secret;
}

function readSchool(env: Environment, wrong: Wrong): string {
  const title = saidIn(env, 'PARTA_SCHOOL') ?? 'Школа';
  if (title.length > TITLE_CHARS_MAX || /\p{Cc}/u.test(title))
    wrong('PARTA_SCHOOL', `has to be one line of at most ${TITLE_CHARS_MAX} characters.`);
  return title;
}

function warningsOf(env: Environment, origin: string): string[] {
  const warnings = Object.keys(env)
    .filter((name) => name.startsWith('PARTA_') && !Object.hasOwn(EXAMPLES, name) && !OTHERS.has(name))
    .map(
      (name) => `${name} is no setting of Parta and is ignored. Known: ${Object.keys(EXAMPLES).join(', ')}.`,
    );
  if (!isSecureContext(origin))
    warnings.push(
      `${origin} is not https: browsers give no offline start and no microphone there, and whoever shares the network can read along. Set PARTA_TLS_CERT and PARTA_TLS_KEY, or a proxy.`,
    );
  return warnings;
}

/** Set for builds and tests. */
const OTHERS: ReadonlySet<string> = new Set(['PARTA_VERSION', 'PARTA_CHROMIUM', 'PARTA_STORIES_RESULT']);

/** Whether browsers treat the origin as secure: https, or this computer itself. */
export function isSecureContext(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

function saidIn(env: Environment, variable: Variable): string | undefined {
  const value = env[variable]?.trim();
  return value === '' ? undefined : value;
}
