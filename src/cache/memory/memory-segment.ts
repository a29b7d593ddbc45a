import type { Cacheable } from '../values/cacheable-value';
import { SAMPLE_EVERY } from '../hot/hot-keys';
import { privateCopy } from '../values/private-copy';
import { EntryDetails } from './entry-details';
import { entryOverhead } from './entry-overhead';
import { EntryTable } from './entry-table';
import { EvictionLearning } from './eviction-learning';
import { type Measure, NO_SLOT } from './eviction-order';
import { KeptPromises } from './kept-promises';
import type { Lifetime } from '../tiers/lifetime';
import { MemoryCounts, type RemovalReason } from './memory-counts';
import type { MemoryTag } from './memory-tag';
import { PrefixRemoval } from './prefix-removal';
import { TagIndex } from './tag-index';

/** One array for all entries without tags. */
const NONE: never[] = [];

/** The memory tier as its segments see it: their limits, and where they report to. */
export interface SegmentOwner {
  readonly maxEntryBytes: number;
  readonly maxKeptPromises: number;
  /** The segment grew by this many bytes, or shrank where it is negative. */
  bytesChanged(bytes: number): void;
  /** Whether a segment may take so many bytes to learn from its evictions. */
  mayLearnIn(bytes: number): boolean;
  /** One hit in SAMPLE_EVERY. */
  hitSampled(namespace: string, key: string): void;
  /** Tells whoever listens of a hit; returns whether anybody does. */
  hitHeard(namespace: string, key: string): boolean;
  evicted(namespace: string, key: string): void;
}

/** One namespace's entries in memory. */
export class MemorySegment {
  table = new EntryTable();
  readonly counts = new MemoryCounts();
  readonly learning = new EvictionLearning();
  bytes = 0;
  private readonly tags = new TagIndex();
  /** The bytes of the tags that `bytes` includes. */
  private tagBytes = 0;
  /** The bytes of what is learned that `bytes` includes. */
  private learningBytes = 0;
  private promises: KeptPromises;
  private readonly prefixRemovals = new Set<PrefixRemoval>();
  /** How many removals by tag and prefix are under way: only then can there be an entry that was invalidated. */
  private removing = 0;
  /** At how many hits the next one is reported: to the sample, or, while somebody listens, every one. */
  private nextReport = 0;
  private nextSample = sampleDistance();

  constructor(
    readonly name: string,
    private readonly owner: SegmentOwner,
    public maxEntries: number,
  ) {
    this.promises = new KeptPromises(owner.maxKeptPromises);
  }

  /** A promise of the value if there is a fresh one, else undefined; counts the hit, not the miss. */
  hit(key: string, now: number): Promise<unknown> | undefined {
    const { table } = this;
    const slot = table.index.get(key);
    if (slot === undefined || table.freshUntil[slot]! <= now) return undefined;
    if (this.removing > 0 && this.isInvalidated(slot)) return undefined;
    if (++this.counts.hits >= this.nextReport) this.report(key);
    table.usedAt[slot] = now;
    if (table.order.use(slot)) this.learning.used(key);
    const kept = table.promises[slot];
    if (kept !== undefined) return kept;
    const details = table.details[slot];
    if (details !== undefined && details.copies) return Promise.resolve(privateCopy(table.values[slot]));
    return this.promises.keep(table, slot);
  }

  /** The value itself if there is a fresh one, else undefined; counts the hit, not the miss. */
  hitSync(key: string, now: number): unknown {
    const { table } = this;
    const slot = table.index.get(key);
    if (slot === undefined || table.freshUntil[slot]! <= now) return undefined;
    if (this.removing > 0 && this.isInvalidated(slot)) return undefined;
    const details = table.details[slot];
    if (details !== undefined && details.copies) {
      this.touch(slot, now);
      return privateCopy(table.values[slot]);
    }
    if (++this.counts.hits >= this.nextReport) this.report(key);
    table.usedAt[slot] = now;
    if (table.order.use(slot)) this.learning.used(key);
    return table.values[slot];
  }

  /** The slot of an entry that may be served, fresh or stale; NO_SLOT if there is none. */
  find(key: string, now: number): number {
    const slot = this.table.index.get(key);
    if (slot === undefined || this.staleUntil(slot) <= now || this.isInvalidated(slot)) return NO_SLOT;
    return slot;
  }

  touch(slot: number, now: number): void {
    const { table } = this;
    if (++this.counts.hits >= this.nextReport) this.report(table.keys[slot]!);
    table.usedAt[slot] = now;
    if (table.order.use(slot)) this.learning.used(table.keys[slot]!);
  }

  /** The value of a slot, as a caller may have it. */
  value(slot: number): unknown {
    const value = this.table.values[slot];
    return this.table.details[slot]?.copies === true ? privateCopy(value) : value;
  }

  expiresAt(slot: number): number {
    return this.table.details[slot]?.expiresAt ?? this.table.freshUntil[slot]!;
  }

  staleUntil(slot: number): number {
    return this.table.details[slot]?.staleUntil ?? this.table.freshUntil[slot]!;
  }

  tagsOf(slot: number): readonly string[] {
    return this.table.details[slot]?.tags.map((tag) => tag.name) ?? NONE;
  }

  /** The value as it is stored. With `copies`, callers must be given a copy of it. */
  stored(slot: number): Cacheable {
    const details = this.table.details[slot];
    return {
      value: this.table.values[slot],
      bytes: this.table.order.bytes[slot]!,
      copies: details?.copies === true,
      json: false,
      referenced: false,
    };
  }

  /** Whether the entry in a slot may be served as fresh. */
  isFresh(slot: number, now: number): boolean {
    return this.expiresAt(slot) > now && !this.isInvalidated(slot);
  }

  refreshDue(slot: number, now: number): boolean {
    return this.table.freshUntil[slot]! <= now;
  }

  /** A refresh has begun: hits are plain hits again until the entry expires. */
  markRefreshing(slot: number): void {
    this.table.freshUntil[slot] = this.expiresAt(slot);
  }

  put(key: string, stored: Cacheable, life: Lifetime, tagNames: readonly string[], now: number): boolean {
    const old = this.table.index.get(key);
    const hasProved = old !== undefined && this.table.order.hasProved(old);
    if (old !== undefined) this.drop(old, 'replaced');
    const tagged = tagNames.length > 0;
    const detailed = tagged || stored.copies || life.staleUntil > life.expiresAt || life.refreshAt < life.expiresAt;
    const bytes = stored.bytes + entryOverhead(key, detailed, tagNames.length);
    if (bytes > this.owner.maxEntryBytes) {
      this.counts.tooLarge++;
      return false;
    }
    const { table } = this;
    const slot = table.add(key, bytes, this.learning.added(key) || hasProved);
    for (const removal of this.prefixRemovals) removal.stored(slot);
    table.values[slot] = stored.value;
    table.freshUntil[slot] = life.refreshAt;
    table.usedAt[slot] = table.storedAt[slot] = now;
    if (detailed) {
      const tags = tagged ? this.tags.getOrCreate(tagNames) : NONE;
      const places = tagged ? tags.map((tag) => tag.add(slot)) : NONE;
      table.details[slot] = new EntryDetails(life.expiresAt, life.staleUntil, tags, places, stored.copies);
    }
    this.counts.puts++;
    if (table.size > this.maxEntries) this.evict('size');
    this.addBytes(bytes);
    return true;
  }

  /** Removes an entry; returns whether there was a valid one. */
  delete(key: string, reason: RemovalReason): boolean {
    const slot = this.table.index.get(key);
    if (slot === undefined) return false;
    const live = !this.isInvalidated(slot);
    this.drop(slot, reason);
    return live;
  }

  /** Makes an entry stale now, or removes it if it may not be served stale; returns whether there was one. */
  expire(key: string, now: number): boolean {
    const slot = this.find(key, now);
    if (slot === NO_SLOT) return false;
    const details = this.table.details[slot];
    if (details === undefined || details.staleUntil <= now || details.staleUntil <= details.expiresAt) {
      this.drop(slot, 'invalidated');
      return true;
    }
    details.expiresAt = now;
    this.table.freshUntil[slot] = now;
    return true;
  }

  /** Makes every entry of the tag a miss at once. The generator removes one entry a step, so that the work can be sliced. */
  deleteByTag(name: string): Generator<boolean, void> | undefined {
    const tag = this.tags.invalidate(name);
    if (tag === undefined) return undefined;
    this.removing++;
    this.addBytes(0);
    return this.removeTagged(tag, this.table);
  }

  /** Makes every entry whose key begins with `prefix` a miss at once. The generator removes one entry a step. */
  deleteByPrefix(prefix: string): Generator<boolean, void> {
    const removal = new PrefixRemoval(prefix, this.table.keys);
    this.prefixRemovals.add(removal);
    this.removing++;
    return this.removePrefixed(removal, this.table);
  }

  /** Removes entries that may not be served any more, one a step. */
  *purge(now: number): Generator<boolean, void> {
    const { table } = this;
    for (let slot = 0; slot < table.keys.length; slot++) {
      if (this.table !== table) return; // cleared meanwhile
      const over = table.keys[slot] !== undefined && (this.staleUntil(slot) <= now || this.isInvalidated(slot));
      if (over) this.drop(slot, 'expired');
      yield over;
    }
  }

  /** When the entry that was not used for the longest was used; Infinity if there are none. */
  get oldestUse(): number {
    const { order, usedAt } = this.table;
    const inWindow = usedAt[order.window.oldest] ?? Number.POSITIVE_INFINITY;
    const inMain = usedAt[order.main.oldest] ?? Number.POSITIVE_INFINITY;
    return Math.min(inWindow, inMain);
  }

  /** Evicts one entry, because there are too many or they take too many bytes. */
  evict(by: Measure): void {
    const { table, learning, owner } = this;
    if (learning.isDue(table.size) && owner.mayLearnIn(EvictionLearning.bytesFor(table.size) - learning.bytes)) {
      learning.begin(table.size);
    }
    table.order.windowShare = learning.window;
    const victim = table.order.victim(by);
    const key = table.keys[victim]!;
    this.drop(victim, 'capacity');
    owner.evicted(this.name, key);
  }

  /** Removes everything at once: it takes new columns and leaves the old ones to the garbage collector. */
  clear(reason: RemovalReason = 'invalidated'): number {
    const removed = this.table.size;
    this.table = new EntryTable();
    this.promises = new KeptPromises(this.owner.maxKeptPromises);
    this.tags.clear();
    this.prefixRemovals.clear();
    this.learning.left(0);
    this.counts.removals[reason] += removed;
    const { bytes } = this;
    this.bytes = this.tagBytes = this.learningBytes = 0;
    this.owner.bytesChanged(-bytes);
    return removed;
  }

  drop(slot: number, reason: RemovalReason): void {
    const { table, learning } = this;
    const details = table.details[slot];
    if (details !== undefined && details.tags.length > 0) this.tags.detach(slot, table);
    const bytes = table.order.bytes[slot]!;
    this.counts.removals[reason]++;
    if (reason !== 'replaced' && table.order.isInMain(slot) !== (reason === 'capacity'))
      learning.remember(table.keys[slot]!);
    table.remove(slot);
    learning.left(table.size);
    this.addBytes(-bytes);
  }

  /** Adds the bytes of an entry, and those by which its tags and what is learned grew or shrank. */
  private addBytes(bytes: number): void {
    const grown = bytes + this.tags.bytes - this.tagBytes + this.learning.bytes - this.learningBytes;
    this.tagBytes = this.tags.bytes;
    this.learningBytes = this.learning.bytes;
    this.bytes += grown;
    this.owner.bytesChanged(grown);
  }

  private *removeTagged(tag: MemoryTag, table: EntryTable): Generator<boolean, void> {
    try {
      for (let slot = tag.slots.at(-1); slot !== undefined; slot = tag.slots.at(-1)) {
        if (this.table !== table) return; // cleared meanwhile
        this.drop(slot, 'invalidated');
        yield true;
      }
    } finally {
      this.removing--;
    }
  }

  private *removePrefixed(removal: PrefixRemoval, table: EntryTable): Generator<boolean, void> {
    try {
      for (; !removal.isOver; removal.slot++) {
        if (this.table !== table) return; // cleared meanwhile
        const { slot } = removal;
        // What a tag has invalidated is removed, and counted, with the tag.
        const isOurs = removal.includes(slot) && table.details[slot]?.invalidated !== true;
        if (isOurs) this.drop(slot, 'invalidated');
        yield isOurs;
      }
    } finally {
      this.prefixRemovals.delete(removal);
      this.removing--;
    }
  }

  private isInvalidated(slot: number): boolean {
    if (this.removing === 0) return false;
    if (this.table.details[slot]?.invalidated === true) return true;
    for (const removal of this.prefixRemovals) if (removal.includes(slot)) return true;
    return false;
  }

  /** From now on every hit is reported to those who listen, without waiting for the next sample. */
  reportHits(): void {
    this.nextReport = 0;
  }

  /**
   * Reports a hit, and chooses the next one to sample at random: at a fixed distance, callers that ask for keys in turn
   * would always have the same key reported.
   */
  private report(key: string): void {
    const { hits } = this.counts;
    if (hits >= this.nextSample) {
      this.nextSample = hits + sampleDistance();
      this.owner.hitSampled(this.name, key);
    }
    this.nextReport = this.owner.hitHeard(this.name, key) ? 0 : this.nextSample;
  }
}

function sampleDistance(): number {
  return 1 + Math.floor(Math.random() * (2 * SAMPLE_EVERY - 1));
}
