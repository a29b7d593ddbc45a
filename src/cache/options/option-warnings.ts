import type { EntryOptions, ResolvedEntryOptions } from './entry.options';
import { Once } from './once';

interface WrittenOptions extends EntryOptions {
  readonly maxEntries?: number;
}

/** Which tiers the cache has: a tier that is switched on and, for Redis, configured. */
export interface AvailableTiers {
  readonly memory: boolean;
  readonly redis: boolean;
}

/** The resolution of the memory tier's clock, which is read once a millisecond. */
const TICK_MS = 1;

/**
 * Warns once, where options are defined, of those that do nothing together with the others. Only options written in that
 * place count, not inherited ones: a default may be meant for other calls.
 */
export class OptionWarnings {
  private readonly once = new Once();

  constructor(
    private readonly tiers: AvailableTiers,
    private readonly warn: (message: string) => void,
  ) {
    if (!this.hasTier) this.warnOnce('nothing is cached: its memory tier is off and it has no Redis');
  }

  /** `effective` are the written options over those that they inherit. */
  examine(place: string, written: WrittenOptions, effective: ResolvedEntryOptions): void {
    if (!this.hasTier) return;
    for (const reason of this.useless(written, effective)) this.warnOnce(`${place}: ${reason}`);
  }

  private *useless(written: WrittenOptions, effective: ResolvedEntryOptions): Iterable<string> {
    const { tiers } = this;
    const inMemory = tiers.memory && effective.memory;
    const inRedis = tiers.redis && effective.redis;
    if (written.tiers !== undefined && !inMemory && !inRedis) yield keepsNothing(written.tiers);
    if (written.lock === true && !inRedis)
      yield `lock: true does nothing: it needs Redis, which ${notUsed(tiers.redis)}`;
    if (written.softTimeoutMs !== undefined) yield* uselessSoftTimeout(effective);
    if (written.refreshAheadRatio !== undefined) yield* uselessRefresh(effective, inMemory);
    if (written.maxEntries !== undefined && !tiers.memory) yield 'maxEntries does nothing: the memory tier is off';
  }

  private get hasTier(): boolean {
    return this.tiers.memory || this.tiers.redis;
  }

  private warnOnce(message: string): void {
    if (this.once.isFirst(message)) this.warn(message);
  }
}

function keepsNothing(named: readonly string[]): string {
  const why = named.length === 0 ? 'it names no tier' : `there is no ${named.join(' and no ')} tier`;
  return `tiers: [${named.map((tier) => `'${tier}'`).join(', ')}] keeps nothing: ${why}`;
}

function notUsed(exists: boolean): string {
  return exists ? 'tiers leaves out' : 'is switched off or not configured';
}

function* uselessSoftTimeout({ softTimeoutMs, staleMs, hardTimeoutMs }: ResolvedEntryOptions): Iterable<string> {
  if (softTimeoutMs === 0) return;
  if (staleMs === 0) yield 'softTimeoutMs does nothing: with staleMs 0 there is never a stale value to answer with';
  // Infinity is deliberate: the stale value is only for callers whose load failed.
  else if (softTimeoutMs >= hardTimeoutMs && softTimeoutMs !== Number.POSITIVE_INFINITY)
    yield `softTimeoutMs does nothing: the load is given up after hardTimeoutMs, ${hardTimeoutMs}, and not above its ${softTimeoutMs}`;
}

function* uselessRefresh({ refreshAheadRatio = 1, ttlMs }: ResolvedEntryOptions, inMemory: boolean): Iterable<string> {
  if (!inMemory) yield 'refreshAheadRatio does nothing: it refreshes what memory holds, and memory is not used';
  else if (ttlMs === Number.POSITIVE_INFINITY) yield 'refreshAheadRatio does nothing: ttlMs is Infinity';
  else if (ttlMs > 0 && ttlMs * (1 - refreshAheadRatio) < TICK_MS)
    yield `refreshAheadRatio does nothing: of ttlMs, ${ttlMs}, it leaves less than ${TICK_MS} ms to refresh in`;
}
