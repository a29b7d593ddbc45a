import { inspect } from 'node:util';
import { CacheOptionError } from '../cache.errors';

/** A rule for the values of an option: a test, and the words for its error message. */
export interface Allowed {
  readonly words: string;
  readonly test: (value: unknown) => boolean;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isText = (value: unknown): boolean => typeof value === 'string';

export const MILLISECONDS: Allowed = {
  words: 'a number of milliseconds, 0 or more',
  test: (value) => isNumber(value) && value >= 0,
};
/** The longest delay that a timer of Node takes (24.8 days); a longer one would be over at once. */
const MAX_TIMER_MS = 2_147_483_647;
const isTimer = (value: unknown): value is number => isNumber(value) && value >= 0 && value <= MAX_TIMER_MS;

export const TIMER: Allowed = {
  words: `a number of milliseconds from 0 to ${MAX_TIMER_MS}`,
  test: isTimer,
};
export const POSITIVE_TIMER: Allowed = {
  words: `a number of milliseconds above 0, at most ${MAX_TIMER_MS}`,
  test: (value) => isTimer(value) && value > 0,
};
/** Redis takes whole milliseconds only. */
export const WHOLE_TIMER: Allowed = {
  words: `a whole number of milliseconds from 1 to ${MAX_TIMER_MS}`,
  test: (value) => isTimer(value) && Number.isInteger(value) && value > 0,
};
export const TIMER_OR_NONE: Allowed = orInfinity(TIMER);
export const POSITIVE_TIMER_OR_NONE: Allowed = orInfinity(POSITIVE_TIMER);

export const RATIO: Allowed = {
  words: 'a number between 0 and 1',
  test: (value) => isNumber(value) && value >= 0 && value <= 1,
};
export const BYTES: Allowed = {
  words: 'a number of bytes, 0 or more',
  test: (value) => isNumber(value) && value >= 0,
};
export const COUNT: Allowed = {
  words: 'a whole number above 0',
  test: (value) => isNumber(value) && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value > 0,
};
export const SWITCH: Allowed = { words: 'true or false', test: (value) => typeof value === 'boolean' };
export const TEXT: Allowed = { words: 'a text', test: isText };
export const TEXTS: Allowed = {
  words: 'an array of texts',
  test: (value) => Array.isArray(value) && value.every(isText),
};
export const FUNCTION: Allowed = { words: 'a function', test: (value) => typeof value === 'function' };
export const TEXT_OR_FUNCTION = either(TEXT, FUNCTION);
export const TEXTS_OR_FUNCTION = either(TEXTS, FUNCTION);

function either(one: Allowed, other: Allowed): Allowed {
  return { words: `${one.words} or ${other.words}`, test: (value) => one.test(value) || other.test(value) };
}

function orInfinity({ words, test }: Allowed): Allowed {
  return { words: `${words}, or Infinity`, test: (value) => value === Number.POSITIVE_INFINITY || test(value) };
}

export function oneOf(...names: readonly string[]): Allowed {
  return { words: `one of ${names.join(', ')}`, test: (value) => names.includes(value as string) };
}

export function someOf(...names: readonly string[]): Allowed {
  return {
    words: `an array of ${names.join(' and ')}`,
    test: (value) => Array.isArray(value) && value.every((one) => names.includes(one as string)),
  };
}

/** Returns the value, or throws CacheOptionError with the name of the field, the value and what is allowed. */
export function checked<T>(name: string, value: T, allowed: Allowed): T {
  if (allowed.test(value)) return value;
  throw new CacheOptionError(`${name} must be ${allowed.words}, not ${shown(value)}`);
}

/**
 * Throws CacheOptionError for an option that does not exist (misspelt, or of another library) or has a value that is not
 * allowed. The message begins with `place`, if that is given.
 */
export function checkOptions(given: object, rules: Readonly<Record<string, Allowed>>, place?: string): void {
  const before = place === undefined ? '' : `${place}: `;
  if (typeof given !== 'object' || given === null) {
    throw new CacheOptionError(`${before}cache options must be an object, not ${shown(given)}`);
  }
  for (const name in given) {
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const allowed = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (allowed === undefined) {
      throw new CacheOptionError(
        `${before}there is no cache option ${name}; there are ${Object.keys(rules).join(', ')}`,
      );
    }
    checked(`${before}${name}`, value, allowed);
  }
}

function shown(value: unknown): string {
  return inspect(value, { depth: 1, maxStringLength: 100, maxArrayLength: 10, breakLength: Number.POSITIVE_INFINITY });
}
