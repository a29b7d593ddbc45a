import { formatShort } from '../../monitoring/promql/format/number-text';

// The values of a template and what they are in Go: string, boolean (bool), bigint (int), number (float64), undefined
// and null (nil), arrays (slices), `TemplateMap` (map), and any other object (struct, whose fields and methods begin with
// a capital letter).

/** A map of Go: a key that is not there has the zero value of the map's kind. */
export class TemplateMap extends Map<string, unknown> {
  /** @param zero what a key that is not there yields: `''` for a map of strings, `null` where anything may be in it */
  constructor(
    entries: Iterable<readonly [string, unknown]> = [],
    readonly zero: string | null = '',
  ) {
    super(entries);
  }
}

/** Where a function's last argument would come from a pipeline, and none did. */
export const NO_VALUE = Symbol('no value');

/** What a method named `String` gives: the text that the value prints as. */
interface Stringer {
  String(): string;
}

const isStringer = (value: object): value is Stringer => typeof (value as Partial<Stringer>).String === 'function';

/** Go's truth: false, 0, nil and what is empty are false; a struct is always true. */
export function isTrue(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  // NaN is true there: it is not equal to zero.
  return typeof value === 'number' ? value !== 0 : Boolean(value);
}

/** The name of the value's type in Go, for messages. */
export function typeName(value: unknown): string {
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float64';
  if (Array.isArray(value)) return '[]interface {}';
  if (value instanceof TemplateMap && value.zero === '') return 'map[string]string';
  if (value instanceof Map) return 'map[string]interface {}';
  return 'struct';
}

/** The value as Go's `print` writes it. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatShort(value);
  if (typeof value !== 'object') return String(value as boolean | bigint);
  if (isStringer(value)) return value.String();
  if (Array.isArray(value)) return `[${value.map(textOf).join(' ')}]`;
  if (value instanceof Map) {
    return `map[${sortedKeys(value)
      .map((key) => `${key}:${textOf(value.get(key))}`)
      .join(' ')}]`;
  }
  return `{${fieldsOf(value).map(textOf).join(' ')}}`;
}

/** Maps are written and ranged over in the order of their keys. */
export const sortedKeys = (map: ReadonlyMap<string, unknown>): string[] => [...map.keys()].toSorted(byCodePoint);

const byCodePoint = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);

const isExported = (name: string) => /^\p{Lu}/u.test(name);

/** The field or method of a struct; only what begins with a capital letter, so that nothing of JavaScript is reached. */
export function memberOf(value: object, name: string): unknown {
  return isExported(name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** Whether the struct has the field, whatever is in it. */
export const hasMember = (value: object, name: string): boolean => isExported(name) && Object.hasOwn(value, name);

function fieldsOf(value: object): unknown[] {
  return Object.entries(value)
    .filter(([name, field]) => isExported(name) && typeof field !== 'function')
    .map(([, field]) => field);
}
