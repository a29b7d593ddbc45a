import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually } from '../support/eventually';

const fixture = join(__dirname, '..', 'fixtures', 'bench-rows.mjs');

/** Whether the process still does something: one that has ended and was not yet asked about does not. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && !/\) Z /.test(stat);
}

describe('a benchmark whose rows fail', () => {
  let folder: string;
  let child: ChildProcess;
  let said: string;
  const start = (...flags: string[]): void => {
    said = '';
    child = spawn(process.execPath, [fixture, ...flags], {
      env: { ...process.env, NODE_OPTIONS: '', TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  };
  const startedByRows = (): number[] => [...said.matchAll(/^started (\d+)$/gm)].map(([, pid]) => Number(pid));

  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'bench-test-'))));
  afterEach(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('names each, measures the others, and leaves nothing running or lying about', async () => {
    start('--json', '--deadline-seconds', '5');
    const [[code], output] = await Promise.all([once(child, 'exit'), text(child.stdout!)]);
    expect(said).toMatch(/^fixture: hangs could not be measured: not done after 5.0 s$/m);
    expect(said).toMatch(/^fixture: spins could not be measured: not done after 5.0 s$/m);
    expect(said).toMatch(/^Error: on purpose$/m);
    expect(said).toMatch(/^fixture: throws could not be measured: its process ended with 1/m);
    expect(said).toMatch(/^fixture: ends could not be measured: its process ended with 3/m);
    expect(said).toMatch(/^fixture: waits-for-nothing could not be measured: it waited for what nothing could bring/m);
    expect(said).toMatch(/^a log of what is measured$/m);
    expect(JSON.parse(output)).toMatchObject([{ id: 'works', ratio: 42 }]);
    expect(code).toBe(1);
    expect(startedByRows()).toHaveLength(3);
    for (const pid of startedByRows()) await eventually(`${pid} has ended`, async () => !(await isRunning(pid)));
    expect(await readdir(folder)).toEqual([]);
  }, 90_000);

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with all it started on %s', async (signal) => {
    start('--only', 'hangs');
    const pid = await eventually('the row has begun', () => startedByRows()[0]);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([1, null]);
    await eventually('what it started has ended', async () => !(await isRunning(pid)));
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a row that there is not, and tells which there are', async () => {
    start('--only', 'works,wroks');
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said).toMatch(/no such row: wroks; there are: hangs, spins/);
  });
});
