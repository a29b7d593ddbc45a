import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const folder = join(__dirname, '..', '..', 'bench');

// The harness is ES modules, which it shares with the benchmarks: its tests run under node's own runner.
it('the statistics and the harness of the benchmarks pass their own tests', async () => {
  const files = globSync('*/*.test.mjs', { cwd: folder });
  expect(files).toHaveLength(6);
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', ...files], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: 60_000,
  });
  expect(stdout).toMatch(/^# pass [1-9]\d*$/m);
  expect(stdout).toMatch(/^# fail 0$/m);
}, 60_000);
