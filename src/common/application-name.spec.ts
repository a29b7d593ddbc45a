import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applicationName, defaultKeyPrefix } from './application-name';

describe('the name of an application', () => {
  let folder: string;
  const file = async (path: string, text: string): Promise<string> => {
    const full = join(folder, path);
    await mkdir(join(full, '..'), { recursive: true });
    await writeFile(full, text);
    return full;
  };
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'named-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('is that of the package of the started file, wherever it is started', async () => {
    await file('shop/package.json', '{ "name": "@acme/shop" }');
    await file('shop/dist/package.json', '{ "type": "commonjs" }');
    const main = await file('shop/dist/main.js', '');
    const worker = await file('shop/dist/jobs/worker.js', '');
    await file('other/package.json', '{ "name": "other" }');
    for (const started of [main, worker]) expect(applicationName(started, join(folder, 'other'))).toBe('@acme/shop');
  });

  it('is that of the working directory where a runner was started, or nothing', async () => {
    await file('shop/package.json', '{ "name": "shop" }');
    await file('node_modules/pm2/package.json', '{ "name": "pm2" }');
    const runner = await file('node_modules/pm2/lib/container.js', '');
    expect(applicationName(runner, join(folder, 'shop'))).toBe('shop');
    expect(applicationName(undefined, join(folder, 'shop'))).toBe('shop');
  });

  it.each([
    ['shop', 'pg-shop'],
    ['@acme/shop', 'pg-acme.shop'],
  ])('%s makes the prefix %s', (name, prefix) => {
    expect(defaultKeyPrefix(name)).toBe(prefix);
  });

  it('makes prefixes that are short enough, and tells long names apart', () => {
    const [one, other] = ['a', 'b'].map((end) => defaultKeyPrefix(`${'long-'.repeat(10)}${end}`));
    expect(one).toMatch(/^pg-long-[\w.-]{24}$/);
    expect(one).not.toBe(other);
  });
});
