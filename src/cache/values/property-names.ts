import { stringBytes } from '../../common/own-string';

const MAX_KNOWN = 10_000;
const MAX_KNOWN_LENGTH = 200;
/** What V8 needs for a property outside of the object: its share of a hidden class or a hash table. Measured. */
const PLACE_BYTES = 50;
// One set for the process, like V8's own table of names.
const known = new Set<string>();

/**
 * The bytes that a property's name takes. A known name takes nothing, because objects of one shape share their names. In
 * an object whose names are ids, the names take more than the values.
 */
export function nameBytes(name: string): number {
  if (known.has(name)) return 0;
  if (known.size >= MAX_KNOWN) known.clear();
  if (name.length <= MAX_KNOWN_LENGTH) known.add(name);
  return PLACE_BYTES + stringBytes(name);
}
