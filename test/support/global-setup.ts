import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Says what is missing before the first test instead of failing in the middle. */
export default function globalSetup(): void {
  const command = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (command === undefined) {
    process.stderr.write('The tests need redis-server or valkey-server on PATH. Install it with: npm run setup:test\n');
    process.exit(1);
  }
  process.env.TEST_REDIS_COMMAND = command;
  requirePrometheus();
  buildWhatTheTestsStart();
  process.env.TEST_FOLDER = mkdtempSync(join(tmpdir(), 'tests-'));
}

function requirePrometheus(): void {
  const missing = ['prometheus', 'promtool'].filter((name) => spawnSync(name, ['--version']).status !== 0);
  if (missing.length === 0) return;
  process.stderr.write(`The tests need ${missing.join(' and ')} on PATH. Install it with: npm run setup:test\n`);
  process.exit(1);
}

/** Once, before the first test: several tests start the built service, and none may rebuild it under another. */
function buildWhatTheTestsStart(): void {
  const script = join(__dirname, '../../scripts/build-if-stale.mjs');
  if (spawnSync(process.execPath, [script], { stdio: 'inherit' }).status !== 0) process.exit(1);
}
