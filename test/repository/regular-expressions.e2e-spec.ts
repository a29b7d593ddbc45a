import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

function check(...paths: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/check-regexes.mjs', ...paths], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

describe('regular expressions', () => {
  it('of the sources take time linear in their text', () => {
    expect(check()).toEqual({ status: 0, output: expect.stringMatching(/^\d{3} regular expressions/) });
  }, 300_000);

  it.each([
    [String.raw`/^\d+\.?\d*$/.test(text)`, '2nd degree polynomial'],
    [String.raw`text.replace(/ +$/, '')`, '2nd degree polynomial'],
    [String.raw`new RegExp('(a+)+$').exec(text)`, 'exponential'],
    [`new RegExp(text)`, 'put together at run time'],
    ['RegExp(`${text}+`)', 'put together at run time'],
  ])('are refused: %s', (code, problem) => {
    const folder = mkdtempSync(join(tmpdir(), 'regexes-'));
    try {
      writeFileSync(join(folder, 'bad.ts'), `export const bad = (text: string) =>\n  ${code};\n`);
      const { status, output } = check(folder);
      expect(status).toBe(1);
      expect(output).toMatch(/bad\.ts:2: /);
      expect(output).toContain(problem);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
