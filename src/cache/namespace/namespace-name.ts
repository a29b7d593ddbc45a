import type { Allowed } from '../options/option-checks';

/** Names are parts of Redis keys: no braces, which would move the hash slot, and no colon, which ends the name. */
export const NAMESPACE_PATTERN = /^[\w.@/-]{1,100}$/;

export function isNamespaceName(name: unknown): boolean {
  return typeof name === 'string' && NAMESPACE_PATTERN.test(name);
}

export const NAMESPACE_NAME: Allowed = {
  words: 'a text of 1 to 100 letters, digits and ._@/-',
  test: isNamespaceName,
};
