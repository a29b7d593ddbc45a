import type { MemoryTag } from './memory-tag';

/** What most entries do not need: kept apart, so that a plain entry is a few numbers in arrays. */
export class EntryDetails {
  constructor(
    /** When it stops being fresh (ms of the cache's time); `freshUntil` of the table may be earlier, to refresh ahead. */
    public expiresAt: number,
    /** Until when it may be served stale. */
    public staleUntil: number,
    readonly tags: readonly MemoryTag[],
    /** Where the entry's slot is in the list of each of its tags. */
    readonly places: number[],
    /** Values that cannot be frozen are handed out as copies. */
    readonly copies: boolean,
  ) {}

  get invalidated(): boolean {
    const { tags } = this;
    for (let at = 0; at < tags.length; at++) if (tags[at]!.dead) return true;
    return false;
  }
}
