import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const config = {
  rootDir: root,
  roots: ['<rootDir>/test/fixtures'],
  testRegex: '/leaving-open\\.ts$',
  testEnvironment: '<rootDir>/test/support/closing-environment.ts',
  testEnvironmentOptions: { graceMs: 500 },
  transform: { '^.+\\.ts$': '@swc/jest' },
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
};

function run(env: Readonly<Record<string, string>>): { status: number | null; said: string } {
  const flags = ['--experimental-vm-modules', require.resolve('jest/bin/jest'), '--config', JSON.stringify(config)];
  const { status, stderr } = spawnSync(process.execPath, flags, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    timeout: 60_000,
  });
  return { status, said: stderr };
}

describe('the environment of the tests', () => {
  it('fails a suite that leaves something open, and names it', () => {
    const { status, said } = run({ LEAVE_OPEN: '1' });
    expect(said).toMatch(/left open: TCPServerWrap/);
    expect(status).toBe(1);
  }, 90_000);

  it('tells of a test that failed, and not of what that test left open', () => {
    const { status, said } = run({ FAIL: '1' });
    expect(said).toMatch(/before it was closed/);
    expect(said).not.toMatch(/left open/);
    expect(status).toBe(1);
  }, 90_000);

  it('passes one that closes what it opens', () => {
    const { status, said } = run({});
    expect(said).toMatch(/^Tests: +1 passed, 1 total$/m);
    expect(status).toBe(0);
  }, 90_000);
});
