import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

/** The test files that an npm script would run, relative to the root. */
async function listed(script: string, ...words: readonly string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', script, '--', ...words, '--listTests'], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: 60_000,
  });
  const files = stdout.split('\n').filter((line) => line.endsWith('.ts'));
  return files.map((file) => file.replace(`${root}/`, '')).toSorted();
}

describe('the scripts that run tests', () => {
  it.each([
    ['test:unit', 'src/benchmark/zipf', 'src/benchmark/zipf.spec.ts'],
    ['test:e2e', 'test/kubernetes', 'test/kubernetes.e2e-spec.ts'],
    ['test', 'src/benchmark/zipf', 'src/benchmark/zipf.spec.ts'],
  ])('npm run %s -- %s runs that path only', async (script, path, file) => {
    expect(await listed(script, path)).toEqual([file]);
  });

  it('npm run test:unit runs all tests in src and none in test', async () => {
    const files = await listed('test:unit');
    expect(files.length).toBeGreaterThan(80);
    expect(files.filter((file) => !file.startsWith('src/'))).toEqual([]);
  });
});
