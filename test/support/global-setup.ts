import { spawnSync } from 'node:child_process';

/** Says what is missing before the first test instead of failing in the middle. */
export default function globalSetup(): void {
  const command = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (command === undefined) {
    process.stderr.write('The tests need redis-server or valkey-server on PATH. Install it with: npm run setup:test\n');
    process.exit(1);
  }
  process.env.TEST_REDIS_COMMAND = command;
}
