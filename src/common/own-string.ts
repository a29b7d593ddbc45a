const HEADER_BYTES = 16;
const TWO_BYTE = /[\u0100-\uffff]/;
/** From this length on V8 may keep a string as a view into a longer one, or as two halves. */
const MIN_VIEW_LENGTH = 13;

/** Whether a string needs two bytes a character, because a character is not Latin-1. */
export function isWide(text: string): boolean {
  return Buffer.byteLength(text) !== text.length && TWO_BYTE.test(text);
}

/** What a string of its own takes on V8's heap (64 bit). */
export function stringBytes(text: string, wide = isWide(text)): number {
  const { length } = text;
  return (HEADER_BYTES + (wide ? 2 * length : length) + 7) & ~7;
}

/**
 * The same text in memory of its own. A part of a large text (from `slice`, `split` or a match) would keep the whole text
 * alive, and no memory limit would count it. `wide` is the result of `isWide`.
 */
export function ownString(text: string, wide = isWide(text)): string {
  if (text.length < MIN_VIEW_LENGTH) return text;
  const encoding = wide ? 'utf16le' : 'latin1';
  return Buffer.from(text, encoding).toString(encoding);
}
