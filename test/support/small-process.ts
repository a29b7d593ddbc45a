import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const DEADLINE_MS = 120_000;

/**
 * Runs a TypeScript file in a process of its own and answers what it prints, which is JSON. There the heap holds nothing
 * of other tests, so that `globalThis.gc` is quick, and what is counted is the file's own doing. Rejects, with what the
 * process said, when it fails or takes longer than two minutes.
 */
export async function inSmallProcess<Answer>(file: string, ...args: readonly string[]): Promise<Answer> {
  const flags = ['--expose-gc', '--enable-source-maps', join(__dirname, 'run-typescript.mjs')];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file, ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
  return JSON.parse(stdout) as Answer;
}
