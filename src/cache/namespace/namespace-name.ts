import type { Allowed } from '../options/option-checks';

/** A name is a part of Redis keys. So it has no braces, which would change the hash slot, and no colon, which ends it. */
export const NAMESPACE_PATTERN = /^[\w.@/-]{1,100}$/;

export function isNamespaceName(name: unknown): boolean {
  return typeof name === 'string' && NAMESPACE_PATTERN.test(name);
}

export const NAMESPACE_NAME: Allowed = {
  words: 'a text of 1 to 100 letters, digits and ._@/-',
  test: isNamespaceName,
};
