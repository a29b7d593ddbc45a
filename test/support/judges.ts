import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(process.env.JUDGES_DIR ?? join(__dirname, '../../../shared/judges'));

/** Data made by others that this project is judged by; it is read from beside the project and is no part of it. */
export function judgesFiles(
  folder: string,
  pattern: string,
): { readonly name: string; readonly path: string; readonly text: string }[] {
  const root = join(FOLDER, folder);
  if (!existsSync(root)) return [];
  return globSync(pattern, { cwd: root })
    .toSorted()
    .map((name) => ({ name, path: join(root, name), text: readFileSync(join(root, name), 'utf8') }));
}
