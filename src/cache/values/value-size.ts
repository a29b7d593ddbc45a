import { types } from 'node:util';

/**
 * What values take on V8's heap (64 bit, no pointer compression), estimated from their shape. A test compares it with the
 * real heap.
 */
export const OBJECT_BYTES = 24;
export const FIELD_BYTES = 8;
export const ARRAY_BYTES = 48;
const BOXED_NUMBER_BYTES = 16;
export const BIGINT_BYTES = 24;
export const DATE_BYTES = 96;
/** A typed array, its buffer object and the allocation's own header. */
export const BINARY_BYTES = 200;
const COLLECTION_BYTES = 72;
const FIRST_SLOTS = 4;
const MAP_SLOT_BYTES = 28;
const SET_SLOT_BYTES = 20;

/** A Map or Set: its hash table has a power of two of slots, with three words for each in a Map and two in a Set. */
export function collectionBytes(value: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>): number {
  const slots = 2 ** Math.ceil(Math.log2(Math.max(value.size, FIRST_SLOTS)));
  return COLLECTION_BYTES + slots * (types.isMap(value) ? MAP_SLOT_BYTES : SET_SLOT_BYTES);
}

export function numberBytes(value: number): number {
  return Number.isInteger(value) && value >= -0x8000_0000 && value <= 0x7fff_ffff ? 0 : BOXED_NUMBER_BYTES;
}
