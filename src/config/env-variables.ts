import { rowsOf, type Setting } from '../common/settings/setting';
import type { Variable } from '../common/settings/variable';
import { SETTINGS } from './settings';

/** An environment variable, and the row of the table that describes it. */
export interface EnvVariable extends Variable {
  /** Where the value goes in the settings: `['pools', 'postgres', 'max']`. */
  readonly path: readonly string[];
  readonly row: Setting;
}

/** Every variable that the service reads, in the order of the tables. */
export const ENV_VARIABLES: readonly EnvVariable[] = [...rowsOf(SETTINGS)].flatMap(([path, row]) => {
  const { variable, kind } = row;
  if (variable === undefined) return [];
  return [{ ...(typeof variable === 'string' ? { name: variable, kind } : variable), path, row }];
});

/** The variable of the option `name` beside that of `other`. */
export function besideOf({ path }: EnvVariable, name: string): EnvVariable | undefined {
  const beside = [...path.slice(0, -1), name].join('.');
  return ENV_VARIABLES.find((other) => other.path.join('.') === beside);
}
