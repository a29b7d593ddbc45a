import { classNameOf } from '../values/hidden-state';

interface SelfDescription {
  /** The class's name, since two classes may say the same of different things. */
  readonly name: string;
  /** The method that says it. */
  readonly text: string;
  readonly data: unknown;
}

interface Describing {
  readonly toJSON?: unknown;
  readonly toHexString?: unknown;
  readonly utcOffset?: unknown;
  readonly zoneName?: unknown;
  readonly [Symbol.toPrimitive]?: unknown;
}

/**
 * What an object says it is, in the ways that packages for ids, money, numbers and dates have in common; undefined if it
 * has none of them. Moment, Day.js and Luxon leave the time zone out of their JSON, though it decides which day it is.
 */
export function selfDescription(value: Describing): SelfDescription | undefined {
  const name = classNameOf(value);
  if (typeof value.toJSON === 'function') {
    const data: unknown = value.toJSON('');
    const zone: unknown = typeof value.utcOffset === 'function' ? value.utcOffset() : value.zoneName;
    return { name, text: 'toJSON', data: zone === undefined || data === null ? data : [data, zone] };
  }
  if (typeof value.toHexString === 'function') return { name, text: 'toHexString', data: value.toHexString() };
  const toPrimitive = value[Symbol.toPrimitive];
  if (typeof toPrimitive !== 'function') return undefined;
  const data: unknown = toPrimitive.call(value, 'string');
  return typeof data === 'string' ? { name, text: 'toPrimitive', data } : undefined;
}
