import { EventPublisher } from '../cache-events';
import { MemorySegment, type SegmentOwner } from './memory-segment';

/** The share of the limit that one entry may take; larger ones would push out everything else. */
const MAX_ENTRY_SHARE = 0.1;
const MAX_ENTRY_BYTES = 0x7fff_ffff;
const MAX_KEPT_PROMISES = 10_000;
/** One kept promise for each 1,024 bytes of the limit: promises take less than 7 % of it. */
const LIMIT_BYTES_PER_PROMISE = 1_024;
/** The share of the limit that the learning of all namespaces may take; where there is no room for it, LRU is used. */
const LEARNING_SHARE = 1 / 8;

/**
 * The memory of all namespaces under one limit. Above it, the namespace evicts whose oldest entries were not used for the
 * longest; which of them goes is for it to say.
 */
export class MemoryTier implements SegmentOwner {
  readonly maxEntryBytes: number;
  readonly maxKeptPromises: number;
  bytes = 0;
  private readonly segments: MemorySegment[] = [];

  constructor(
    readonly limitBytes: number,
    readonly hitSampled: (namespace: string, key: string) => void,
    private readonly events = new EventPublisher(),
  ) {
    this.maxEntryBytes = Math.min(Math.floor(limitBytes * MAX_ENTRY_SHARE), MAX_ENTRY_BYTES);
    this.maxKeptPromises = Math.max(1, Math.min(MAX_KEPT_PROMISES, Math.floor(limitBytes / LIMIT_BYTES_PER_PROMISE)));
  }

  get entries(): number {
    return this.segments.reduce((sum, segment) => sum + segment.table.size, 0);
  }

  segment(name: string, maxEntries: number): MemorySegment {
    const segment = new MemorySegment(name, this, maxEntries);
    this.segments.push(segment);
    return segment;
  }

  hitHeard(namespace: string, key: string): boolean {
    if (!this.events.isHeard('hit')) return false;
    this.events.publish('hit', { namespace, key, tier: 'memory' });
    return true;
  }

  evicted(namespace: string, key: string): void {
    if (this.events.isHeard('evict')) this.events.publish('evict', { namespace, key });
  }

  /** Somebody listens to hits from now on. */
  reportHits(): void {
    for (const segment of this.segments) segment.reportHits();
  }

  bytesChanged(bytes: number): void {
    this.bytes += bytes;
    while (this.bytes > this.limitBytes) this.leastRecentlyUsed().evict('bytes');
  }

  mayLearnIn(bytes: number): boolean {
    const learned = this.segments.reduce((sum, { learning }) => sum + learning.bytes, 0);
    return learned + bytes <= this.limitBytes * LEARNING_SHARE;
  }

  private leastRecentlyUsed(): MemorySegment {
    let found: MemorySegment | undefined;
    let usedAt = Number.POSITIVE_INFINITY;
    for (const segment of this.segments) {
      const { oldestUse } = segment;
      if (oldestUse >= usedAt) continue;
      usedAt = oldestUse;
      found = segment;
    }
    if (found === undefined) throw new Error('the memory tier counts bytes but holds no entries');
    return found;
  }
}
