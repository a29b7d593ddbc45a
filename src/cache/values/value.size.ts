/**
 * What values take on V8's heap (64 bit, no pointer compression), estimated from their shape. Checked against the real
 * heap by a test.
 */
export const OBJECT_BYTES = 24;
export const FIELD_BYTES = 8;
export const ARRAY_BYTES = 48;
export const BOXED_NUMBER_BYTES = 16;
export const BIGINT_BYTES = 24;
export const DATE_BYTES = 96;
/** An empty Map or Set with its first hash table. */
export const COLLECTION_BYTES = 200;
export const COLLECTION_ITEM_BYTES = 36;
/** A typed array, its buffer object and the allocation's own header. */
export const BINARY_BYTES = 200;
const STRING_BYTES = 16;
const TWO_BYTE = /[\u0100-\uffff]/;

/** Bytes of a string: one a character as long as all are Latin-1, else two. */
export function stringBytes(text: string): number {
  const { length } = text;
  const wide = Buffer.byteLength(text) !== length && TWO_BYTE.test(text);
  return (STRING_BYTES + (wide ? 2 * length : length) + 7) & ~7;
}

export function numberBytes(value: number): number {
  return Number.isInteger(value) && value >= -0x8000_0000 && value <= 0x7fff_ffff ? 0 : BOXED_NUMBER_BYTES;
}
