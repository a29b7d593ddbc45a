import { isObservable } from 'rxjs';

/** Whether an object keeps its state in internal slots, as many built-in ones do: its own properties do not show it. */
export function hasHiddenState(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  return tag !== '[object Object]' && !(Symbol.toStringTag in value && Object.keys(value).length > 0);
}

/** Whether it is an observable, a promise or a stream: its value is not there yet, or can be read only once. */
export function isDeferred(value: object): boolean {
  const { then, pipe, on, getReader } = value as Record<'then' | 'pipe' | 'on' | 'getReader', unknown>;
  if (isObservable(value) || typeof then === 'function' || typeof getReader === 'function') return true;
  return typeof pipe === 'function' && typeof on === 'function';
}

/** The name of an object's class, or its tag if the class has no name, as with a generator. */
export function classNameOf(value: object): string {
  const name: unknown = value.constructor?.name;
  if (typeof name === 'string' && name !== '') return name;
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return tag === 'Object' ? 'an unnamed class' : tag;
}
