/** From this length on V8 may keep a string as a view into a longer one, or as two halves. */
const MIN_VIEW_LENGTH = 13;

/**
 * The same text with memory of its own: a part cut out of a large text (`slice`, `split`, a match) would keep all of it
 * alive, unseen by the memory limit. `wide` as of `isWide`.
 */
export function ownString(text: string, wide: boolean): string {
  if (text.length < MIN_VIEW_LENGTH) return text;
  const encoding = wide ? 'utf16le' : 'latin1';
  return Buffer.from(text, encoding).toString(encoding);
}
