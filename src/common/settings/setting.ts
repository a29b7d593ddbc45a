import type { Kind } from './kind';
import type { Variable } from './variable';

/** What a table says of one option besides its kind. */
export interface Row<T> {
  /** Without one the option may be absent. */
  readonly default?: T;
  /** It has to be given, where the options are given at all. */
  readonly required?: true;
  /** The option beside it whose value it has when it is left out. */
  readonly sameAs?: string;
  /** The option beside it that it must not exceed. */
  readonly atMost?: string;
  /** The same, and its default is lowered to that. */
  readonly cappedBy?: string;
  /** The environment variable from which the service takes it: its name, or that with a unit of its own. */
  readonly variable?: string | Variable;
  /** A variable that decides about it together with other things, and is described in another table. */
  readonly setBy?: string;
  /** One line for `.env.example` and the README; a unit is put in front of it. */
  readonly help?: string;
  /** A usual value for `.env.example`, where there is no default. */
  readonly example?: string;
}

export type Setting<T = unknown, R = Row<T>> = { readonly kind: Kind<T> } & R;

/** The options of a room by name; options that belong together are a table inside it. */
export interface SettingsTable {
  readonly [name: string]: Setting | SettingsTable;
}

/** One row of a table. The compiler checks its default against the kind, and derives the types of options from it. */
export function setting<Table, const R extends Row<object>>(
  kind: NamedOptions<Table>,
  row: R,
): { readonly kind: NamedOptions<Table> } & R;
export function setting<T, const R extends Row<T>>(kind: Kind<T>, row: R): Setting<T, R>;
export function setting<T, const R extends Row<T>>(kind: Kind<T>, row: R): Setting<T, R> {
  return { kind, ...row };
}

export function isSetting(entry: Setting | SettingsTable): entry is Setting {
  return 'kind' in entry && typeof (entry.kind as Partial<Kind<unknown>>).refuse === 'function';
}

type Flat<T> = T extends infer O ? { [K in keyof O]: O[K] } : never;
type ValueOf<S> = S extends { readonly kind: Kind<infer T> } ? T : never;
/** Several by name have their defaults filled in as well. */
type ResolvedValueOf<S> = S extends { readonly kind: NamedOptions<infer Table> }
  ? Readonly<Record<string, ResolvedOptions<Table>>>
  : ValueOf<S>;
type HasValue = { readonly default: unknown } | { readonly sameAs: string } | { readonly required: true };
type IsRow = { readonly kind: Kind<unknown> };
type Always<T> = T extends IsRow ? (T extends HasValue ? true : false) : true;

/** The options as given: everything may be left out. */
export type GivenOptions<T> = {
  readonly [K in keyof T]?: T[K] extends IsRow ? ValueOf<T[K]> | undefined : GivenOptions<T[K]> | undefined;
};

/** Several of a kind: an object of names, each with the options of one table. */
export interface NamedOptions<Table> extends Kind<Readonly<Record<string, GivenOptions<Table>>>> {
  readonly each: Table;
}

/** The options with every default filled in. */
export type ResolvedOptions<T> = Flat<
  {
    readonly [K in keyof T as Always<T[K]> extends true ? K : never]: T[K] extends IsRow
      ? ResolvedValueOf<T[K]>
      : ResolvedOptions<T[K]>;
  } & {
    readonly [K in keyof T as Always<T[K]> extends true ? never : K]?: ResolvedValueOf<T[K]> | undefined;
  }
>;

/** The options that the service takes from variables. */
export type OptionsFromEnvironment<T> = {
  readonly [
    K in keyof T as T[K] extends IsRow ? (T[K] extends { readonly variable: unknown } ? K : never) : K
  ]: T[K] extends IsRow
    ? T[K] extends HasValue
      ? ValueOf<T[K]>
      : ValueOf<T[K]> | undefined
    : OptionsFromEnvironment<T[K]>;
};

/** `postgres.max`: where an option stands. */
export type OptionPath<T> = {
  [K in keyof T & string]: T[K] extends IsRow ? K : `${K}.${OptionPath<T[K]>}`;
}[keyof T & string];

/** Every row with its path, in the order of the table. */
export function* rowsOf(table: SettingsTable, before: readonly string[] = []): Iterable<[readonly string[], Setting]> {
  for (const [name, entry] of Object.entries(table)) {
    const path = [...before, name];
    if (isSetting(entry)) yield [path, entry];
    else yield* rowsOf(entry, path);
  }
}

export function variableName({ variable, setBy }: Row<unknown>): string | undefined {
  return (typeof variable === 'string' ? variable : variable?.name) ?? setBy;
}

/** Which variable of the service stands for an option: `postgres.max` → `POSTGRES_MAX_SIZE`. Others have none. */
export function variablesOf<T extends SettingsTable>(table: T): { readonly [Path in OptionPath<T>]?: string } {
  const named = [...rowsOf(table)].flatMap(([path, row]) => {
    const name = variableName(row);
    return name === undefined ? [] : [[path.join('.'), name]];
  });
  return Object.fromEntries(named) as { readonly [Path in OptionPath<T>]?: string };
}
