/** The address: what the environment says, the certificate, and whether the relay answers the way browsers will ask. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { get as getPlainly } from 'node:http';
import { get as getSafely } from 'node:https';
import { isIP } from 'node:net';
import { json } from 'node:stream/consumers';
import { connect } from 'node:tls';
import WebSocket from 'ws';
import { CLOSE } from '#shared/wire/close.ts';
import { LINE_PATH } from '#shared/wire/protocol.ts';
import type { Settings } from '../../settings.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const CERTIFICATE_DAYS_WARN = 14;
const ANSWER_MS_MAX = 5_000;
const RENEW = 'Renew it (certbot renew, or let Caddy do it) and restart the relay.';

/** The certificate that the relay itself shows, with its key. */
export function checkCertificate({ tls, origin }: Pick<Settings, 'tls' | 'origin'>, now: number): Finding[] {
  if (!tls) return [];
  const certificate = new X509Certificate(tls.cert);
  const pair = certificate.checkPrivateKey(createPrivateKey(tls.key));
  if (!pair)
    return [bad('PARTA_TLS_KEY is not the key of PARTA_TLS_CERT', 'Name the two files of one certificate.')];
  return [judged(certificate, new URL(origin).hostname, now)];
}

/** The certificate that browsers see at the public address, whoever shows it. */
export async function checkPublicCertificate(origin: string, now: number): Promise<Finding[]> {
  const { protocol, hostname, port } = new URL(origin);
  if (protocol !== 'https:') return [];
  const raw = await shownAt(hostname, Number(port || 443));
  if (!raw) return [];
  return [judged(new X509Certificate(raw), hostname, now)];
}

function judged(certificate: X509Certificate, host: string, now: number): Finding {
  const days = Math.floor((Date.parse(certificate.validTo) - now) / DAY_MS);
  const isFor = isIP(bare(host)) === 0 ? certificate.checkHost(host) : certificate.checkIP(bare(host));
  if (!isFor)
    return bad(`the certificate is not for ${host}`, `Get one for ${host}, or set PARTA_ORIGIN to its name.`);
  if (days < 0) return bad(`the certificate ended ${-days} days ago: browsers refuse the page`, RENEW);
  if (Date.parse(certificate.validFrom) > now)
    return bad(`the certificate begins at ${certificate.validFrom}`, 'Is the clock right? See above.');
  if (days < CERTIFICATE_DAYS_WARN) return warn(`the certificate ends in ${days} days`, RENEW);
  return ok(`the certificate is for ${host} and lasts ${days} days`);
}

/** An address of six parts stands in brackets in a URL, and nowhere else. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function shownAt(host: string, port: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    // Looked at, not trusted: that is the question being asked.
    const servername = isIP(bare(host)) === 0 ? host : '';
    const options = { host: bare(host), port, servername, rejectUnauthorized: false, timeout: ANSWER_MS_MAX };
    const socket = connect(options, () => done(socket.getPeerCertificate().raw));
    const done = (raw?: Buffer) => {
      socket.destroy();
      resolve(raw);
    };
    socket.on('error', () => done());
    socket.on('timeout', () => done());
  });
}

/** Opens the line as a browser would, without a session: the relay has to turn it away with its own close code. */
export async function checkLine(origin: string): Promise<Finding> {
  const answer = await lineAnswer(origin);
  if (answer === CLOSE.signedOut.code) return ok(`${origin} answers, WebSockets pass`);
  if (answer === CLOSE.foreignOrigin.code)
    return bad(
      `the relay at ${origin} was started with another PARTA_ORIGIN`,
      'Set the same for both, and restart it.',
    );
  if (answer === 'refused')
    return warn(
      `nothing answers at ${origin}`,
      'Start the relay (npm start); behind a proxy, start that too.',
    );
  return bad(
    `${origin} answers, but lets no WebSocket through (${answer})`,
    'The proxy has to pass Upgrade on /line and /y: see docs/deploy.',
  );
}

/** A relay that answers may still store nothing. */
export async function checkHealth(origin: string): Promise<Finding[]> {
  const storage = await storageAt(origin);
  if (storage === 'refuses')
    return [
      bad('the relay stores nothing: its disk refuses', 'Free some room there. It takes again by itself.'),
    ];
  if (storage === 'fenced')
    return [bad('another Parta took the data folder over', 'Stop both, and start one of them.')];
  return [];
}

function storageAt(origin: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const get = origin.startsWith('https:') ? getSafely : getPlainly;
    const options = { rejectUnauthorized: false, timeout: ANSWER_MS_MAX };
    const asked = get(`${origin}/healthz`, options, (answer) => {
      json(answer).then(
        (said) => resolve((said as { storage?: string } | null)?.storage),
        () => resolve(undefined),
      );
    });
    asked.on('error', () => resolve(undefined));
    asked.on('timeout', () => asked.destroy());
  });
}

function lineAnswer(origin: string): Promise<number | string> {
  return new Promise((resolve) => {
    const url = `${origin.replace(/^http/, 'ws')}${LINE_PATH}`;
    const socket = new WebSocket(url, { origin, rejectUnauthorized: false, handshakeTimeout: ANSWER_MS_MAX });
    socket.on('close', (code) => resolve(code));
    socket.on('unexpected-response', (_, answer) => {
      resolve(`status ${answer.statusCode}`);
      socket.terminate();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isAway = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'].includes(error.code ?? '');
      resolve(isAway ? 'refused' : error.message);
    });
  });
}
