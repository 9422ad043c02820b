// Finds the WebKit that one story drives, the engine of every iPhone as Debian packs it. Only Debian's root (a container,
// CI) gets it installed: a machine of somebody's own is told what was left out.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, globSync } from 'node:fs';
import { platform } from 'node:os';
import { delimiter, join } from 'node:path';

const PACKAGES = ['webkit2gtk-driver', 'xvfb'];
/** A mirror that does not answer must not hold the tests up; another apt at work gets a minute. */
const PATIENCE = [
  '-o',
  'Acquire::http::Timeout=20',
  '-o',
  'Acquire::Retries=1',
  '-o',
  'DPkg::Lock::Timeout=60',
];

/** Paths of the browser, its driver and a screen without a monitor; undefined when one of them is missing. */
export function findWebKit() {
  const [browser] = globSync('/usr/lib/*/webkit2gtk-4.*/MiniBrowser');
  const driver = onPath('WebKitWebDriver');
  const screen = onPath('Xvfb');
  return browser && driver && screen ? { browser, driver, screen } : undefined;
}

/** Installs it where that is allowed. A sentence that says why the story is skipped; undefined when it can be told. */
export function ensureWebKit() {
  if (findWebKit()) return undefined;
  if (!mayInstall()) return whyNoWebKit();
  console.log('No WebKit found: installing one for its story…');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  apt(['update'], env);
  apt(['install', '-y', '--no-install-recommends', ...PACKAGES], env);
  return findWebKit()
    ? undefined
    : `${SKIPPED}: apt-get could not install ${PACKAGES.join(' and ')} (see above).`;
}

/** Why there is no WebKit to try here, and what to do about it. */
export function whyNoWebKit() {
  if (platform() !== 'linux') return `${SKIPPED}: it needs webkit2gtk-driver, which there is on Linux alone.`;
  return `${SKIPPED}: there is no WebKit to drive. On Debian or Ubuntu: apt install ${PACKAGES.join(' ')}`;
}

const SKIPPED = 'The story in WebKit was skipped';

function mayInstall() {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

function apt(words, env) {
  spawnSync('apt-get', [...PATIENCE, ...words], { stdio: 'inherit', env });
}

function onPath(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
