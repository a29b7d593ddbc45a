import { isNamedOptions, variableOfNamed } from '../common/settings/named-options';
import { rowsOf, type Setting, type SettingsTable } from '../common/settings/setting';
import type { Variable } from '../common/settings/variable';
import { POOL_NAMES } from '../pools/pools-option';
import { SETTINGS } from './settings';

/** An environment variable, and the row of the table that describes it. */
export interface EnvVariable extends Variable {
  /** Where the value goes in the settings: `['pools', 'postgres', 'max']`. */
  readonly path: readonly string[];
  readonly row: Setting;
}

/** Every variable that the service reads, in the order of the tables, but those that exist only for names. */
export const ENV_VARIABLES = variablesOfTable(SETTINGS);

/** The environment as texts. */
type Texts = Readonly<Record<string, unknown>>;

/**
 * Every variable that the service reads in this environment, by the name under which it is set: `POSTGRES_REPORTS_URL`
 * where POSTGRES_NAMED has `reports`, and `http_proxy` where that is set.
 */
export function variablesIn(env: Texts): readonly EnvVariable[] {
  const all = ENV_VARIABLES.map((variable) => asSet(variable, env));
  return all.concat(all.flatMap((variable) => variablesOfNames(variable, env)));
}

function asSet(variable: EnvVariable, env: Texts): EnvVariable {
  const name = variable.name.toLowerCase();
  return variable.alsoInSmallLetters && env[name] ? { ...variable, name } : variable;
}

/** The variable of the option `name` beside that of `other`, among `all`. */
export function besideOf({ path }: EnvVariable, name: string, all: readonly EnvVariable[]): EnvVariable | undefined {
  const beside = [...path.slice(0, -1), name].join('.');
  return all.find((other) => other.path.join('.') === beside);
}

function variablesOfTable(table: SettingsTable): EnvVariable[] {
  return [...rowsOf(table)].flatMap(([path, row]) => {
    const { variable, kind } = row;
    if (variable === undefined) return [];
    return [{ ...(typeof variable === 'string' ? { name: variable, kind } : variable), path, row }];
  });
}

function variablesOfNames({ name: variable, kind, path, row }: EnvVariable, env: Texts): EnvVariable[] {
  const text = env[variable];
  if (!isNamedOptions(row.kind) || typeof text !== 'string') return [];
  const names = kind.read(text);
  if (kind.refuse(names) !== undefined) return []; // which is told of as the problem it is
  const ofOne = variablesOfTable(row.kind.each);
  return Object.keys(names as object).flatMap((name) =>
    ofOne.map((one) =>
      Object.assign({}, one, { name: variableOfNamed(one.name, name), path: path.concat(name, one.path) }),
    ),
  );
}

/** The pools that there are with these variables: always four, and those with names of their own. */
export function poolsNamedBy(variables: readonly EnvVariable[]): string[] {
  const named = variables.flatMap(({ path: [, , list, name] }) => (list === 'named' && name !== undefined ? name : []));
  return [...POOL_NAMES, ...new Set(named)];
}
