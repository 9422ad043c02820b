// The first step of `npm run demo` and `npm test`: it works on a fresh clone, so it uses nothing but Node 20.
// It installs what is missing and then runs the asked step under the Node that the product is pinned to.
import '../sync-server/refuse-windows.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(root, 'node_modules', '.cache', 'parta', 'installed');
const PINNED_NODE = join(root, 'node_modules', 'node', 'bin', 'node');
const STEPS = { demo: 'step-demo.mjs', test: 'step-test.mjs' };

refuseOldNode();
const [step, ...rest] = process.argv.slice(2);
if (!(step in STEPS)) fail(`There is no step «${step}». Use: npm run demo, npm test.`);
installWhatIsMissing();
runStep(join(root, 'scripts', STEPS[step]), rest);

function refuseOldNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 20) return;
  fail(
    `Parta needs Node 20 or newer to start; this is Node ${process.versions.node}. Get it from nodejs.org.`,
  );
}

function installWhatIsMissing() {
  const wanted = fingerprintOfLock();
  if (existsSync(PINNED_NODE) && installedFor() === wanted) return;
  console.log('Ставим пакеты: около полминуты… / Installing packages: about half a minute…');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    env: envForInstall(),
  });
  if (status !== 0) fail('npm ci failed: see above. Nothing else was started.');
  if (!existsSync(PINNED_NODE)) {
    fail(
      'npm ran no install scripts, so the pinned Node is missing. Run: npm rebuild node --ignore-scripts=false',
    );
  }
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, wanted);
}

function fingerprintOfLock() {
  const hash = createHash('sha256');
  for (const name of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(root, name)));
  return hash.update(`${process.platform}-${process.arch}`).digest('hex');
}

function installedFor() {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
}

/**
 * `npm ci` replaces node_modules, so it must not run on the Node inside it; and a production setting from
 * outside (NODE_ENV, --omit) would leave the build tools out.
 */
function envForInstall() {
  const {
    NODE_ENV: _mode,
    npm_config_omit: _omit,
    npm_config_production: _production,
    ...kept
  } = process.env;
  const inside = join(root, 'node_modules');
  const path = (kept.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(inside));
  return { ...kept, PATH: path.join(delimiter) };
}

function runStep(file, args) {
  const child = spawn(PINNED_NODE, [file, ...args], { cwd: root, stdio: 'inherit', env: withPinnedNode() });
  // The terminal sends Ctrl+C to the whole group; a signal meant for this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

/** npm composed PATH before node_modules/.bin existed: on a first run the host's Node would win. */
function withPinnedNode() {
  const bin = join(root, 'node_modules', '.bin');
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
