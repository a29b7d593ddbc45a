/** From this length on V8 may keep a string as a view into a longer one, or as two halves. */
const MIN_VIEW_LENGTH = 13;

/**
 * The same text in memory of its own. A part of a large text (from `slice`, `split` or a match) would keep the whole text
 * alive, and the memory limit would not count it. `wide` is the result of `isWide`.
 */
export function ownString(text: string, wide: boolean): string {
  if (text.length < MIN_VIEW_LENGTH) return text;
  const encoding = wide ? 'utf16le' : 'latin1';
  return Buffer.from(text, encoding).toString(encoding);
}
