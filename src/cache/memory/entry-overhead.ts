import { stringBytes } from '../../common/own-string';

/** The columns, and a place in an index that is half empty after many removals. All figures are measured. */
const ENTRY_BYTES = 156;
const DETAILS_BYTES = 72;
const TAGGED_BYTES = 100;
const TAG_BYTES = 26;

/** What an entry takes on the heap besides its value. The tags themselves are counted once for all their entries. */
export function entryOverhead(key: string, detailed: boolean, tags: number): number {
  const details = (detailed ? DETAILS_BYTES : 0) + (tags > 0 ? TAGGED_BYTES + TAG_BYTES * tags : 0);
  return ENTRY_BYTES + stringBytes(key) + details;
}
