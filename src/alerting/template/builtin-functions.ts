import { goPrintf } from './go-printf';
import { type TemplateFunction, templateFunction, variadicFunction } from './template-functions';
import { isTrue, TemplateMap, textOf, typeName } from './template-values';

/** What every template of Go has, `and` and `or` excepted, whose arguments are evaluated one by one. */
export const BUILTIN_FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map([
  ['not', templateFunction(['any'], (value) => !isTrue(value))],
  ['len', templateFunction(['any'], lengthOf)],
  ['index', variadicFunction(['any'], 'any', (value, ...keys) => keys.reduce(indexed, value))],
  ['slice', variadicFunction(['any'], 'int', sliced)],
  ['print', variadicFunction([], 'any', (...values) => printed(values))],
  ['println', variadicFunction([], 'any', (...values) => `${values.map(textOf).join(' ')}\n`)],
  ['printf', variadicFunction(['string'], 'any', (format, ...values) => goPrintf(format, values))],
  ['html', variadicFunction([], 'any', (...values) => escapeHtml(printed(values)))],
  ['js', variadicFunction([], 'any', (...values) => escapeJs(printed(values)))],
  ['urlquery', variadicFunction([], 'any', (...values) => escapeQuery(printed(values)))],
  ['eq', variadicFunction(['any'], 'any', (value, ...others) => equalsAny(value, others))],
  ['ne', templateFunction(['any', 'any'], (a, b) => !equals(a, b))],
  ['lt', templateFunction(['any', 'any'], (a, b) => isLess(a, b))],
  ['le', templateFunction(['any', 'any'], (a, b) => isLess(a, b) || equals(a, b))],
  ['gt', templateFunction(['any', 'any'], (a, b) => !isLess(a, b) && !equals(a, b))],
  ['ge', templateFunction(['any', 'any'], (a, b) => !isLess(a, b))],
]);

/** Spaces stand between two values that are both no texts. */
function printed(values: readonly unknown[]): string {
  return values
    .map((value, index) => {
      const apart = index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string';
      return (apart ? ' ' : '') + textOf(value);
    })
    .join('');
}

function lengthOf(value: unknown): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value));
  if (Array.isArray(value)) return BigInt(value.length);
  if (value instanceof Map) return BigInt(value.size);
  if (value === undefined || value === null) throw new Error('len of nil pointer');
  throw new Error(`len of type ${typeName(value)}`);
}

function indexed(value: unknown, key: unknown): unknown {
  if (value instanceof Map) {
    if (typeof key !== 'string') throw new Error(`value has type ${typeName(key)}; should be string`);
    return value.has(key) ? value.get(key) : value instanceof TemplateMap ? value.zero : undefined;
  }
  if (value === undefined || value === null) throw new Error('index of untyped nil');
  if (!Array.isArray(value) && typeof value !== 'string')
    throw new Error(`can't index item of type ${typeName(value)}`);
  if (typeof key !== 'bigint') throw new Error(`cannot index slice/array with type ${typeName(key)}`);
  const bytes = typeof value === 'string' ? Buffer.from(value) : undefined;
  const length = bytes?.length ?? value.length;
  if (key < 0n || key >= BigInt(length)) throw new Error(`index out of range: ${key}`);
  return bytes === undefined ? (value as readonly unknown[])[Number(key)] : BigInt(bytes[Number(key)]!);
}

function sliced(value: unknown, ...bounds: readonly bigint[]): unknown {
  if (bounds.length > 3) throw new Error(`too many slice indexes: ${bounds.length}`);
  if (typeof value !== 'string' && !Array.isArray(value))
    throw new Error(`can't slice item of type ${typeName(value)}`);
  if (typeof value === 'string' && bounds.length > 2) throw new Error('cannot 3-index slice a string');
  const bytes = typeof value === 'string' ? Buffer.from(value) : undefined;
  const length = bytes?.length ?? value.length;
  for (const bound of bounds) if (bound < 0n || bound > BigInt(length)) throw new Error(`index out of range: ${bound}`);
  const [from = 0, to = length] = bounds.map(Number);
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  return bytes === undefined ? (value as readonly unknown[]).slice(from, to) : bytes.subarray(from, to).toString();
}

function equalsAny(value: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison');
  return others.some((other) => equals(value, other));
}

const isNil = (value: unknown) => value === undefined || value === null;

function equals(a: unknown, b: unknown): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  for (const value of [a, b]) {
    if (typeof value === 'object') throw new Error(`non-comparable type ${textOf(value)}: ${typeName(value)}`);
  }
  if (typeof a !== typeof b) throw new Error('incompatible types for comparison');
  return a === b;
}

function isLess(a: unknown, b: unknown): boolean {
  for (const value of [a, b]) {
    const ordered = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
    if (!ordered) throw new Error('invalid type for comparison');
  }
  if (typeof a !== typeof b) throw new Error('incompatible types for comparison');
  return (a as string) < (b as string);
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

/** What is safe inside of an element or a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (char) => HTML[char]!).replaceAll('\0', '\uFFFD');

const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

function escapeJs(text: string): string {
  return text.replaceAll(/[\\'"<>&=\p{Cc}]/gu, (char) => {
    const known = JS[char];
    return known ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

function escapeQuery(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
