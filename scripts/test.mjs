// Runs Jest with what Nest's ES modules need; arguments are passed on (`npm test -- src/cache`, `npm run test:unit -- src/cache`).
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { requireRuntime } from './runtime.mjs';

requireRuntime();

const config = join(import.meta.dirname, '..', 'jest.config.mjs');
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const given = process.argv.slice(2);
if (takeOut(given, '--faults')) {
  const isLong = takeOut(given, '--long');
  process.env.TEST_FAULTS = isLong ? 'long' : 'short';
  // The long form judges figures of one service; the short one waits for processes more than it computes.
  given.push(isLong ? '--runInBand' : '--maxWorkers=2');
}
const at = given.indexOf('--selectProjects');
// Jest takes every word behind this option for the name of a project, also the paths: it gets one name, then another flag.
const project = at === -1 ? [] : given.splice(at, 2);

/** Whether the flag is among the arguments, which it no longer is afterwards. */
function takeOut(words, flag) {
  const position = words.indexOf(flag);
  if (position !== -1) words.splice(position, 1);
  return position !== -1;
}

const child = spawn(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', jest, ...project, '--config', config, ...given],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
