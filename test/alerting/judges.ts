import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Data by which others judge, which lies outside of the project: `$JUDGES_DIR`, or `../shared/judges`. */
const JUDGES_DIR = resolve(process.env.JUDGES_DIR ?? resolve(__dirname, '../../../shared/judges'));

/** Describes tests that need the judges' data; where it is absent the name says that they did not run. */
export function describeJudged(name: string, folder: string, tests: (folder: string) => void): void {
  const path = resolve(JUDGES_DIR, folder);
  if (existsSync(path)) describe(name, () => tests(path));
  else it.skip(`${name}: NOT RUN, since there is no ${path} (JUDGES_DIR)`, () => undefined);
}
