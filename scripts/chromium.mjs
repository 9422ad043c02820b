// Finds the Chromium that tests and benchmarks drive, and installs one when there is none.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Arguments that keep a test browser quiet; root needs --no-sandbox (containers, CI). */
export const chromiumArgs = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of a Chromium, or undefined when this machine has none. */
export function findChromium() {
  const named = process.env.PARTA_CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  return [...onPath(), ...inApplications(), ...inPlaywrightCache()].find((path) => existsSync(path));
}

/** The path of a Chromium; installs one when there is none, and ends the process with a sentence when it cannot. */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (process.env.PARTA_CHROMIUM) {
    fail(
      `PARTA_CHROMIUM names ${process.env.PARTA_CHROMIUM}, and there is no file. Example: PARTA_CHROMIUM=/usr/bin/chromium`,
    );
  }
  console.log('No Chromium found: installing one for the tests…');
  install();
  const installed = findChromium();
  if (!installed) {
    fail(
      'Chromium could not be installed. Install Chromium or Chrome, or set PARTA_CHROMIUM to its path, and try again.',
    );
  }
  return installed;
}

function onPath() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter).filter(Boolean)];
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
}

function inApplications() {
  if (platform() !== 'darwin') return [];
  const apps = ['Chromium.app/Contents/MacOS/Chromium', 'Google Chrome.app/Contents/MacOS/Google Chrome'];
  return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
    apps.map((app) => join(folder, app)),
  );
}

function inPlaywrightCache() {
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH || playwrightCache();
  if (!existsSync(cache)) return [];
  const inside = [
    'chrome-linux/chrome',
    'chrome-linux64/chrome',
    'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
    'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
    'chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  ];
  return readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)))
    .flatMap((name) => inside.map((path) => join(cache, name, path)));
}

function playwrightCache() {
  return platform() === 'darwin'
    ? join(homedir(), 'Library', 'Caches', 'ms-playwright')
    : join(homedir(), '.cache', 'ms-playwright');
}

function install() {
  const debianRoot = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (debianRoot) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update'], env);
    run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-color-emoji'], env);
    if (findChromium()) return;
  }
  run(process.execPath, [join('node_modules', 'playwright', 'cli.js'), 'install', 'chromium'], process.env);
}

function run(command, args, env) {
  spawnSync(command, args, { stdio: 'inherit', env });
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(ensureChromium());
