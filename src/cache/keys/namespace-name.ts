/** Names are parts of Redis keys: no braces, which would move the hash slot, and no colon, which ends the name. */
const NAME = /^[\w.@/-]{1,100}$/;

export function isNamespaceName(name: string): boolean {
  return NAME.test(name);
}
