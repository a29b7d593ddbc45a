import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('scripts/build-if-stale.mjs', () => {
  let checkout: string;
  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'checkout-'));
    for (const folder of ['src', 'scripts']) mkdirSync(join(checkout, folder));
    cpSync(join(__dirname, '../scripts/build-if-stale.mjs'), join(checkout, 'scripts/build-if-stale.mjs'));
    writeFileSync(join(checkout, 'src/main.ts'), '');
  });
  afterEach(() => rmSync(checkout, { recursive: true }));

  /** What it says; there is nothing to build with in that folder. */
  const run = () => spawnSync(process.execPath, ['scripts/build-if-stale.mjs'], { cwd: checkout }).stderr.toString();
  const built = (atSeconds: number) => {
    mkdirSync(join(checkout, 'dist'));
    writeFileSync(join(checkout, 'dist/main.js'), '');
    utimesSync(join(checkout, 'dist/main.js'), atSeconds, atSeconds);
  };

  it('says on the first start that there is no build yet', () => {
    expect(run()).toMatch(/^Building the service \(there is none yet\)/);
  });

  it('says later that the sources are newer', () => {
    built(1_000);
    expect(run()).toMatch(/^Building the service \(its sources are newer\)/);
  });

  it('builds the dashboard where anything it is made of is newer', () => {
    built(Date.now() / 1_000 + 60);
    for (const folder of ['dashboard/src', 'dashboard/dist']) mkdirSync(join(checkout, folder), { recursive: true });
    const made = join(checkout, 'dashboard/dist/index.html');
    for (const source of ['dashboard/src/main.tsx', 'dashboard/index.html', 'dashboard/vite.config.mjs']) {
      writeFileSync(made, '');
      expect(run()).toBe('');
      utimesSync(made, 1_000, 1_000);
      writeFileSync(join(checkout, source), '');
      expect(run()).toMatch(/^Building the dashboard \(its sources are newer\)/);
      rmSync(join(checkout, source));
    }
  });

  it('does nothing where the build is newer', () => {
    built(Date.now() / 1_000 + 60);
    expect(run()).toBe('');
  });
});
