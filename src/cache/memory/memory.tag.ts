/**
 * One life of a tag in memory. Invalidating the tag kills this object, which every entry of the tag refers to; entries
 * stored later get a new one. So an invalidation takes effect at once whatever the number of entries, and a hit needs no
 * look-up by name.
 */
export class MemoryTag {
  dead = false;
  /** The entries that carry it, so that they can be removed without looking at any other. */
  readonly slots: number[] = [];

  constructor(readonly name: string) {}
}
