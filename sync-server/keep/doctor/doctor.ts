/** Looks an installation over. Changes nothing. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { readSettings } from '../../settings.ts';
import { checkCertificate, checkHealth, checkLine, checkPublicCertificate } from './address.ts';
import { checkDatabases } from './databases.ts';
import { bad, type Finding, ok, warn } from './finding.ts';
import {
  checkApp,
  checkBackups,
  checkClock,
  checkNode,
  checkOwners,
  checkRights,
  checkRoom,
  checkSecret,
  isOpenToUs,
} from './folder.ts';

export interface DoctorOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Data folder; it wins over PARTA_DATA. */
  data: string;
  /** Folder of the built app. */
  build: string;
  now: number;
}

/** Every finding, in the order of the questions: the computer, the settings, the data, the address. */
export async function examine({ env, data, build, now }: DoctorOptions): Promise<Finding[]> {
  const folder = resolve(data);
  const findings: Finding[] = [checkNode(), checkApp(build)];
  const isThere = existsSync(folder);
  // Reading settings makes the folder: the doctor makes none.
  const read = readSettings({ ...env, PARTA_DATA: isThere ? folder : tmpdir() });
  if (read.ok)
    findings.push(...read.settings.warnings.map((words) => warn(words, '')), ok('the settings are right'));
  else
    findings.push(...read.problems.map((words) => bad(words, 'npm start will refuse until this is right.')));
  if (isThere) findings.push(...(await checkFolder(folder, now, env)));
  else findings.push(warn(`there is no data folder ${folder} yet`, 'npm start makes it; or set PARTA_DATA.'));
  if (read.ok) {
    const { settings } = read;
    const own = checkCertificate(settings, now);
    findings.push(...own, ...(own.length > 0 ? [] : await checkPublicCertificate(settings.origin, now)));
    findings.push(await checkLine(settings.origin), ...(await checkHealth(settings.origin)));
  }
  return findings;
}

async function checkFolder(folder: string, now: number, env: DoctorOptions['env']): Promise<Finding[]> {
  const findings = [checkRights(folder), checkRoom(folder), checkOwners(folder)];
  // What cannot be opened is not damaged: nothing is said of it.
  if (!isOpenToUs(folder)) return findings;
  findings.push(...checkSecret(folder, Boolean(env.PARTA_SECRET?.trim())), checkClock(folder, now));
  return [...findings, ...(await checkDatabases(folder)), checkBackups(folder, now)];
}

const SIGNS = { ok: '✓', warn: '!', bad: '✗' } as const;

/** The findings as lines for a console. */
export function report(findings: readonly Finding[]): string {
  return findings
    .map(({ level, what, todo }) => `${SIGNS[level]} ${what}${todo ? `\n    → ${todo}` : ''}`)
    .join('\n');
}
