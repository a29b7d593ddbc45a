import { isObservable } from 'rxjs';

/** Whether an object keeps its state in internal slots, as many built-in ones do: its own properties do not show it. */
export function hasHiddenState(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  return tag !== '[object Object]' && !(Symbol.toStringTag in value && Object.keys(value).length > 0);
}

/** Whether it is an observable or a promise: its value is not there yet, and its properties do not show it. */
export function isDeferred(value: object): boolean {
  return isObservable(value) || typeof (value as { then?: unknown }).then === 'function';
}

/** The name of an object's class, or its tag if the class has no name, as with a generator. */
export function classNameOf(value: object): string {
  const name: unknown = value.constructor?.name;
  if (typeof name === 'string' && name !== '') return name;
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return tag === 'Object' ? 'an unnamed class' : tag;
}
