import type { MemoryTag } from './memory-tag';

/** What only some entries need. It is kept apart, so that a plain entry is a few numbers in arrays. */
export class EntryDetails {
  constructor(
    /** When it expires (ms of the cache's time). `freshUntil` of the table is earlier where it is refreshed ahead. */
    public expiresAt: number,
    /** Until when it may be served stale. */
    public staleUntil: number,
    readonly tags: readonly MemoryTag[],
    /** The index of the entry's slot in the list of each of its tags. */
    readonly places: number[],
    /** The value cannot be frozen: callers get copies. */
    readonly copies: boolean,
  ) {}

  get invalidated(): boolean {
    const { tags } = this;
    for (let at = 0; at < tags.length; at++) if (tags[at]!.invalidated) return true;
    return false;
  }
}
