import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '..', '..');
const areas = globSync('bench/*/index.mjs', { cwd: root });
const files = globSync('bench/*/*.mjs', { cwd: root });

describe('the benchmarks', () => {
  it.each(areas)(
    '%s loads without a word on stderr and lists its rows',
    async (index) => {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(root, index), '--list'], {
        env: { ...process.env, NODE_OPTIONS: '' },
        timeout: 60_000,
      });
      expect(stderr).toBe('');
      const rows = stdout.trimEnd().split('\n');
      for (const row of rows) expect(row).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*: \S/);
      expect(new Set(rows.map((row) => row.split(':')[0])).size).toBe(rows.length);
    },
    60_000,
  );

  // They are loaded when a row is measured, which is too late to find that a file has moved.
  it('ask only for modules of the service that there are', () => {
    const asked = files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/\bbuilt\('([^']+)'\)/g)].map(([, path]) => ({ file, path })),
    );
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter(({ path }) => !existsSync(join(root, 'dist', `${path}.js`)))).toEqual([]);
  });

  it('are each started by a script of package.json', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const started = Object.values(scripts).flatMap((script) => /node (bench\/\S+)/.exec(script)?.[1] ?? []);
    expect(started.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(started.filter((file) => file.endsWith('/index.mjs')).toSorted()).toEqual(areas.toSorted());
  });
});
