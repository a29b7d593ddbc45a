// Runs Jest with what Nest's ES modules need; arguments are passed on (`npm test -- src/cache`).
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { requireRuntime } from './runtime.mjs';

requireRuntime();

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const child = spawn(
  process.execPath,
  ['--experimental-vm-modules', '--expose-gc', '--no-warnings=ExperimentalWarning', jest, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
