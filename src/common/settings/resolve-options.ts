import { inspect } from 'node:util';
import type { Kind } from './kind';
import { isNamedOptions } from './named-options';
import { type GivenOptions, isSetting, type ResolvedOptions, type Setting, type SettingsTable } from './setting';
import { ModuleOptionsError } from './settings.errors';

type Values = Record<string, unknown>;

/** Options with their defaults filled in, or every problem they have. */
export interface OptionsReading<T> {
  readonly options: ResolvedOptions<T>;
  /** One sentence each, as `postgres.max must be a whole number from 1 to 1000, not 0`; none: the options are right. */
  readonly problems: readonly string[];
}

/**
 * Checks everything that is given against the table, also what TypeScript would have refused, and fills in the
 * defaults. What is undefined counts as left out.
 */
export function readOptions<T extends SettingsTable>(table: T, given: GivenOptions<T> | undefined): OptionsReading<T> {
  const problems: string[] = [];
  const options = readTable(table, given, '', problems) as ResolvedOptions<T>;
  return { options, problems };
}

/** The options of `place` with every default filled in. @throws ModuleOptionsError with all that is wrong */
export function resolveOptions<T extends SettingsTable>(
  place: string,
  table: T,
  given: GivenOptions<T> | undefined,
): ResolvedOptions<T> {
  const { options, problems } = readOptions(table, given);
  if (problems.length > 0) throw new ModuleOptionsError(place, problems);
  return options;
}

function readTable(table: SettingsTable, given: unknown, path: string, problems: string[]): Values {
  const values = objectOr(given, path, problems);
  const unknown = Object.keys(values).filter((name) => !Object.hasOwn(table, name));
  if (unknown.length > 0) {
    const names = unknown.map((name) => `${path}${name}`).join(', ');
    problems.push(`there is no option ${names}; there are ${Object.keys(table).join(', ')}`);
  }
  const before = problems.length;
  const resolved: Values = {};
  for (const [name, entry] of Object.entries(table)) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (!isSetting(entry)) resolved[name] = readTable(entry, value, `${path}${name}.`, problems);
    else if (isLeftOut(entry.kind, value)) {
      if (entry.required) problems.push(`${path}${name} is missing`);
      if (entry.default !== undefined) resolved[name] = entry.default;
    } else {
      resolved[name] = value;
      const problem = problemOf(`${path}${name}`, entry.kind, value);
      if (problem !== undefined) problems.push(problem);
      else if (isNamedOptions(entry.kind)) {
        resolved[name] = readNamed(entry.kind.each, value as Values, `${path}${name}.`, problems);
      }
    }
  }
  relate(table, values, resolved);
  if (problems.length === before) problems.push(...contradictions(table, resolved, path));
  return resolved;
}

function readNamed(each: SettingsTable, named: Values, path: string, problems: string[]): Values {
  const entries = Object.entries(named);
  return Object.fromEntries(
    entries.map(([name, given]) => [name, readTable(each, given, `${path}${name}.`, problems)]),
  );
}

function objectOr(given: unknown, path: string, problems: string[]): Values {
  if (given === undefined) return {};
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Values;
  problems.push(`${path === '' ? 'the options' : path.slice(0, -1)} must be an object, not ${shown(given)}`);
  return {};
}

const isLeftOut = ({ emptyIsNone }: Kind<unknown>, value: unknown) =>
  value === undefined || (value === '' && emptyIsNone === true);

/** What the value must be instead, in a sentence; undefined: it is right. */
function problemOf(path: string, { refuse, secret }: Kind<unknown>, value: unknown): string | undefined {
  const refusal = refuse(value);
  if (refusal === undefined) return undefined;
  const { allowed, part = { at: '', value } } = refusal;
  return `${path}${part.at} must be ${allowed}${secret ? '' : `, not ${shown(part.value)}`}`;
}

/** Defaults that depend on the option beside them. */
function relate(table: SettingsTable, given: Values, resolved: Values): void {
  for (const [name, row] of settingsOf(table)) {
    if (given[name] !== undefined) continue;
    if (row.sameAs !== undefined) resolved[name] = resolved[row.sameAs];
    if (row.cappedBy !== undefined) resolved[name] = Math.min(Number(row.default), Number(resolved[row.cappedBy]));
  }
}

function contradictions(table: SettingsTable, resolved: Values, path: string): string[] {
  return settingsOf(table).flatMap(([name, { atMost, cappedBy }]) => {
    const other = atMost ?? cappedBy;
    if (other === undefined || Number(resolved[name]) <= Number(resolved[other])) return [];
    return [`${path}${name} must be at most ${path}${other}, ${shown(resolved[other])}, not ${shown(resolved[name])}`];
  });
}

const settingsOf = (table: SettingsTable): [string, Setting][] =>
  Object.entries(table).filter((entry): entry is [string, Setting] => isSetting(entry[1]));

/** As much of a value as says which one it is. */
function shown(value: unknown): string {
  return inspect(value, { depth: 1, maxStringLength: 100, maxArrayLength: 10, breakLength: Number.POSITIVE_INFINITY });
}
