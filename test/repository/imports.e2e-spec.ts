import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');
const ROOM = 'performance';

/** A copy of the project for the linter: its rooms, and instead of `performance` the files of a test. */
class LintedCopy {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<LintedCopy> {
    const folder = await mkdtemp(join(tmpdir(), 'linted-'));
    await cp(join(root, 'oxlint.config.mjs'), join(folder, 'oxlint.config.mjs'));
    await mkdir(join(folder, 'src'));
    const rooms = await readdir(join(root, 'src'));
    for (const room of rooms.filter((name) => name !== ROOM)) {
      await symlink(join(root, 'src', room), join(folder, 'src', room));
    }
    return new LintedCopy(folder);
  }

  /** What the linter says of a file of `src/performance` that imports `specifier`. */
  async verdict(file: string, specifier: string): Promise<string> {
    const path = join(this.folder, 'src', ROOM, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `import { it } from '${specifier}';\nexport const used = it;\n`);
    return new Promise((resolve) => {
      const linter = join(root, 'node_modules/.bin/oxlint');
      execFile(linter, ['-c', 'oxlint.config.mjs', path], { cwd: this.folder }, (_failed, stdout) => resolve(stdout));
    });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

describe('the linter', () => {
  let copy: LintedCopy;
  beforeAll(async () => (copy = await LintedCopy.make()));
  afterAll(() => copy.remove());

  it.each([
    ['x.ts', '../cache'],
    ['x.ts', '../cache/index'],
    ['alerts/x.ts', '../../cache'],
    ['alerts/x.ts', '../../monitoring/internal'],
    ['alerts/x.ts', '../../common/clock'],
    ['alerts/x.ts', '../cache/cache-views'],
  ])('lets %s of performance import %s', async (file, specifier) => {
    expect(await copy.verdict(file, specifier)).toContain('Found 0 warnings and 0 errors');
  });

  it.each([
    ['x.ts', '../cache/cache.service'],
    ['alerts/x.ts', '../../cache/cache.service'],
    ['alerts/x.ts', '../../cache/stats/cache-stats'],
    ['alerts/x.ts', '../../pools/pool'],
    ['alerts/deep/x.ts', '../../../http/access.decorator'],
  ])('refuses a file inside another room: %s, %s', async (file, specifier) => {
    expect(await copy.verdict(file, specifier)).toContain('by its index.ts or internal.ts');
  });

  it.each(['../../database', '../../config/env-schema', '../../app.module'])(
    'refuses what performance may not import at all: %s',
    async (specifier) => expect(await copy.verdict('alerts/x.ts', specifier)).toContain('Found 0 warnings and 1 error'),
  );

  it('has a rule for every folder of src, however deep', async () => {
    const text = await readFile(join(root, 'oxlint.config.mjs'), 'utf8');
    const deepest = Number(/DEEPEST_FOLDER = (\d+)/.exec(text)![1]);
    const folders = globSync('src/**/*.ts', { cwd: root }).map((file) => dirname(file).split('/').slice(1));
    const rooms = [...new Set(folders.map(([room]) => room))].filter((room) => room !== undefined);
    expect(rooms.filter((room) => !new RegExp(`^  ${room}: \\[`, 'm').test(text))).toEqual([]);
    expect(Math.max(...folders.map(({ length }) => length))).toBeLessThanOrEqual(deepest);
  });
});
