import { isObservable } from 'rxjs';

/** Built-in objects keep what they are in internal slots: their own properties would be an empty shell. */
export function hasHiddenState(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  return tag !== '[object Object]' && !(Symbol.toStringTag in value && Object.keys(value).length > 0);
}

/** An observable, or anything else to be awaited: its value is yet to come, and nothing of it in its properties. */
export function isDeferred(value: object): boolean {
  return isObservable(value) || typeof (value as { then?: unknown }).then === 'function';
}

/** The name of its class; what has none, such as a generator, is called by its tag. */
export function classNameOf(value: object): string {
  const name: unknown = value.constructor?.name;
  if (typeof name === 'string' && name !== '') return name;
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return tag === 'Object' ? 'an unnamed class' : tag;
}
