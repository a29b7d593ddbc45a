import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

describe('what other applications can import', () => {
  it('is what the list says: if you mean the change, run `npm run docs:surface`', async () => {
    const script = join(root, 'scripts/public-surface.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--print'], {
      env: { ...process.env, NODE_OPTIONS: '' },
      timeout: 120_000,
    });
    const kept = await readFile(join(__dirname, 'public-surface.txt'), 'utf8');
    expect(stdout.split('\n')).toEqual(kept.split('\n'));
  }, 120_000);

  it('is listed with every entry of the package, with members, and without what is private', async () => {
    const list = await readFile(join(__dirname, 'public-surface.txt'), 'utf8');
    const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { exports: object };
    const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
    expect(list.match(/^performance-gateway.*$/gm)).toEqual(
      entries.map((entry) => entry.replace('.', 'performance-gateway')),
    );
    expect(list).toMatch(/^ {2}class CacheService\n(?: {4}.*\n)*? {4}getOrSet\(\)$/m);
    expect(list).toMatch(/^ {2}class PoolsModule\n {4}static forRoot\(\)$/m);
    expect(list).toMatch(/^ {2}error CacheKeyError\n {4}problem$/m);
    expect(list).not.toMatch(/^ {4}(core|logger)$/m);
  });
});
