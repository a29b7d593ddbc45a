/** Why an entry left memory. */
export const REMOVAL_REASONS = ['capacity', 'expired', 'invalidated', 'replaced', 'unverified'] as const;
export type RemovalReason = (typeof REMOVAL_REASONS)[number];

/** What happened in memory to one namespace's entries. Counts only grow; MemoryStats explains each of them. */
export class MemoryCounts {
  hits = 0;
  misses = 0;
  puts = 0;
  tooLarge = 0;
  readonly removals: Record<RemovalReason, number> = {
    capacity: 0,
    expired: 0,
    invalidated: 0,
    replaced: 0,
    unverified: 0,
  };
}
