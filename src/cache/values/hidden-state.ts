/** Built-in objects keep what they are in internal slots: their own properties would be an empty shell. */
export function hidesItsState(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  return tag !== '[object Object]' && !(Symbol.toStringTag in value && Object.keys(value).length > 0);
}
