import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = resolve(__dirname, '..');
/** What a checkout has that is needed to build and pack; dist is not among it. */
const CHECKOUT = [
  'src',
  'scripts',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'dashboard',
];

describe('npm pack in a fresh checkout', () => {
  let checkout: string;
  beforeAll(async () => {
    checkout = await mkdtemp(join(tmpdir(), 'pack-'));
    for (const part of CHECKOUT) await cp(join(root, part), join(checkout, part), { recursive: true });
    await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'));
  });
  afterAll(() => rm(checkout, { recursive: true, force: true }));

  it('packs every room that package.json exports', async () => {
    await execute('npm', ['pack'], { cwd: checkout });
    const archive = (await readdir(checkout)).find((file) => file.endsWith('.tgz'))!;
    const packed = (await execute('tar', ['tzf', archive], { cwd: checkout })).stdout.split('\n');
    for (const room of ['cache', 'pools', 'database', 'monitoring', 'alerting', 'performance']) {
      expect(packed).toEqual(
        expect.arrayContaining([`package/dist/${room}/index.js`, `package/dist/${room}/index.d.ts`]),
      );
    }
    expect(packed).toContain('package/dashboard/dist/index.html');
    expect(packed.filter((file) => file.endsWith('.map'))).toEqual([]);
    const text = (await execute('tar', ['xzOf', archive, 'package/package.json'], { cwd: checkout })).stdout;
    const published = JSON.parse(text) as Record<string, Record<string, unknown>>;
    for (const own of ['workspaces', 'devDependencies', 'scripts', 'overrides'])
      expect(published).not.toHaveProperty(own);
    expect(Object.keys(published.dependencies!)).toEqual(['tslib']);
    const required = Object.keys(published.peerDependencies!).filter(
      (name) => !(name in published.peerDependenciesMeta!),
    );
    expect(required).toEqual(['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs']);
    // The checkout is as it was.
    const after = await readFile(join(checkout, 'package.json'), 'utf8');
    expect(after).toBe(await readFile(join(root, 'package.json'), 'utf8'));
  }, 240_000);
});
