import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
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

/**
 * Packs what is built, as `npm pack` does, into `folder`; in a copy, since that changes package.json while it works.
 * @returns the path of the package
 */
export async function packInto(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'packed-'));
  try {
    const { files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { files: string[] };
    for (const part of ['package.json', ...files.filter((file) => !file.startsWith('!'))]) {
      await cp(join(root, part), join(copy, part), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    await run(process.execPath, [join(root, 'scripts/published-package.mjs'), 'write'], { cwd: copy });
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: copy });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
  return join(
    folder,
    (await readdir(folder)).find((file) => file.endsWith('.tgz'))!,
  );
}
