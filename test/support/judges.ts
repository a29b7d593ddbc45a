import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Data by which others judge, which lies outside of the project: `$JUDGES_DIR`, or `../shared/judges`. */
const FOLDER = resolve(process.env.JUDGES_DIR ?? join(__dirname, '../../../shared/judges'));

/** Describes tests that need the judges' data; where it is absent the name says that they did not run. */
export function describeJudged(name: string, folder: string, tests: (folder: string) => void): void {
  const path = join(FOLDER, folder);
  if (existsSync(path)) describe(name, () => tests(path));
  else it.skip(`${name}: NOT RUN, since there is no ${path} (JUDGES_DIR)`, () => undefined);
}

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
