import { parseDuration } from '../../../monitoring/promql/syntax/literals';
import { HIDDEN, type YamlMap } from './yaml-map';

/** How one field of a map is read. */
export interface Field<T> {
  readonly read: (map: YamlMap, name: string) => T;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
/** What a table of fields reads. */
export type Read<Table extends Fields> = { readonly [Name in keyof Table]: ReturnType<Table[Name]['read']> };

/** Reads every field of the table. @throws AlertmanagerConfigError for one that is wrong, and for any other field */
export function readFields<const Table extends Fields>(map: YamlMap, table: Table): Read<Table> {
  const read = Object.fromEntries(Object.entries(table).map(([name, field]) => [name, field.read(map, name)]));
  map.done();
  return read as Read<Table>;
}

const field = <T>(read: Field<T>['read']): Field<T> => ({ read });

export const TEXT = field((map, name) => map.text(name));
/** No answer and no log may show it. */
export const SECRET = field((map, name) => map.secret(name));
export const FLAG = field((map, name) => map.flag(name));
export const WHOLE = field((map, name) => map.whole(name));
export const TEXTS = field((map, name) => map.texts(name) ?? []);
export const URL_TEXT = field((map, name) => urlOf(map, name, map.text(name)));
export const SECRET_URL = field((map, name) => urlOf(map, name, map.secret(name, shownUrl)));
/** A map of free names to texts. */
export const TEXT_MAP = field((map, name) =>
  Object.fromEntries((map.map(name)?.entries() ?? []).map(([key, value]) => [key, value ?? ''])),
);

/** In ms. */
export const DURATION = field((map, name) => {
  const text = map.text(name);
  if (text === undefined) return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    throw map.error(name, (error as Error).message);
  }
});

/** One of these texts, or empty. */
export const oneOf = (...allowed: readonly string[]): Field<string | undefined> =>
  field((map, name) => {
    const text = map.text(name);
    if (text === undefined || text === '' || allowed.includes(text)) return text;
    throw map.error(name, `must be one of ${allowed.join(', ')} or empty, not "${text}"`);
  });

/** The same, and `fallback` where it is left out. */
export const orElse = <T>({ read }: Field<T | undefined>, fallback: T): Field<T> =>
  field((map, name) => read(map, name) ?? fallback);

/** @throws AlertmanagerConfigError where it is left out or empty */
export const required = <T>({ read }: Field<T | undefined>): Field<T> =>
  field((map, name) => {
    const value = read(map, name);
    if (value === undefined || value === '') throw map.error(name, 'is missing');
    return value;
  });

/** A map of its own. */
export const mapOf = <T>(read: (map: YamlMap) => T): Field<T | undefined> =>
  field((map, name) => {
    const inner = map.map(name);
    return inner === undefined ? undefined : read(inner);
  });

/** A list of such maps. */
export const listOf = <T>(read: (map: YamlMap) => T): Field<T[]> =>
  field((map, name) => (map.maps(name) ?? []).map(read));

/** What may be written in a file beside the configuration, at most one of the two. */
export function refuseBoth(map: YamlMap, one: string, other: string): void {
  if ((map.text(one) ?? '') !== '' && (map.text(other) ?? '') !== '')
    throw map.error(other, `at most one of ${one} and ${other} may be given`);
}

/** Still a URL, which tools that read the configuration again insist on. */
const shownUrl = (text: string) => `${URL.parse(text)?.origin ?? 'http://'}/${HIDDEN}`;

function urlOf(map: YamlMap, name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || url.host === '') throw map.error(name, 'must be a URL with http:// or https:// and a host');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw map.error(name, `the URL must begin with http:// or https://, not ${url.protocol}//`);
  return text;
}
