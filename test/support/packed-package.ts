import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = resolve(__dirname, '../..');

/** Runs a command to its end; what it printed is in the error when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<string> {
  return execute(command, args, { ...options, maxBuffer: 16 * 1_048_576 }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${command} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`);
    },
  );
}

/** A checkout that is built, without its sources, so that no test changes the one that others use. */
export async function copyOfCheckout(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'checkout-'));
  const { files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { files: string[] };
  const parts = ['package.json', 'package/package.json', 'scripts', 'examples'];
  for (const part of new Set([...parts, ...files])) await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Packs a copy of the checkout by `npm pack`. @returns the path of the package, which lies in that copy */
export async function packed(): Promise<{ checkout: string; archive: string }> {
  const checkout = await copyOfCheckout();
  const printed = await run('npm', ['pack', '--silent'], { cwd: checkout });
  return { checkout, archive: join(checkout, printed.trim().split('\n').at(-1)!) };
}

export const removed = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
