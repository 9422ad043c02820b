// `npm run demo`, once the packages are there: builds what is stale and hands over to the demo school.
import { spawn } from 'node:child_process';
import { buildWhenStale } from './app-build.mjs';
import { root } from './fingerprint.mjs';

if (!buildWhenStale()) {
  console.error('The app could not be built: see above. The demo was not started.');
  process.exit(1);
}
const child = spawn(
  process.execPath,
  ['--max-semi-space-size=8', 'sync-server/demo.ts', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
