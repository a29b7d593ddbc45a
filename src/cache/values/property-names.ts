import { stringBytes } from './value-size';

const MAX_KNOWN = 10_000;
const MAX_KNOWN_LENGTH = 200;
/** What V8 keeps for a property besides its place in the object: its share of a hidden class or of a hash table. Measured. */
const PLACE_BYTES = 50;
// Of the process, as V8's own table of names is.
const known = new Set<string>();

/**
 * What a property's name takes: nothing for names met before, which objects of one shape share; an object whose names
 * are ids has names of its own, which weigh more than their values.
 */
export function nameBytes(name: string): number {
  if (known.has(name)) return 0;
  if (known.size >= MAX_KNOWN) known.clear();
  if (name.length <= MAX_KNOWN_LENGTH) known.add(name);
  return PLACE_BYTES + stringBytes(name);
}
