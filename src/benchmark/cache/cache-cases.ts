import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheNamespace } from '../../cache/cache-namespace';
import type { CacheService } from '../../cache/cache.service';
import type { Operation } from '../operations/timed-loop';
import type { CacheCase, CacheParameters } from './cache-parameters';

/** What a namespace of the benchmark holds at a time, in entries and about bytes: it takes the place of what others keep. */
const MAX_ENTRIES = 10_000;
const MAX_BYTES = 16_777_216;
/** What a killed run leaves in Redis ends by itself. */
const TTL_MS = 600_000;

interface PreparedCase {
  readonly operation: Operation;
  /** Loads so far. */
  readonly loads: { count: number };
  clear(): Promise<unknown>;
}

/** The operations that the scenario `cache` measures, each on keys of its own. */
export class CacheCases {
  constructor(
    private readonly caches: CacheService,
    private readonly parameters: CacheParameters,
    private readonly valueBytes: number,
    private readonly runId: string,
  ) {}

  /** Fills what is to be found. */
  async prepare(name: CacheCase): Promise<PreparedCase> {
    const maxEntries = Math.min(MAX_ENTRIES, Math.floor(MAX_BYTES / this.valueBytes));
    const keys = Math.min(this.parameters.keys, maxEntries);
    const { redis, stampedeCallers, loadMs } = this.parameters;
    const namespace = this.namespace(name, redis, maxEntries);
    const loads = { count: 0 };
    const value = { body: 'x'.repeat(this.valueBytes) };
    const known = (n: number) => `${this.runId}:${n % keys}`;
    const unknown = (n: number) => `${this.runId}:${name}:${n}:${this.valueBytes}`;
    const load = () => {
      loads.count++;
      return value;
    };
    const slowLoad = async () => {
      loads.count++;
      await sleep(loadMs);
      return value;
    };
    const operations: Record<CacheCase, Operation> = {
      hit: (n) => namespace.getOrSet(known(n), load),
      'redis-hit': (n) => namespace.getOrSet(known(n), load),
      miss: (n) => namespace.getOrSet(unknown(n), load),
      set: (n) => namespace.set(known(n), value),
      stampede: (n) =>
        Promise.all(Array.from({ length: stampedeCallers }, () => namespace.getOrSet(unknown(n), slowLoad))),
    };
    if (name === 'hit' || name === 'redis-hit') {
      await namespace.setMany(Array.from({ length: keys }, (_, n) => [known(n), value] as const));
    }
    return { operation: operations[name], loads, clear: () => namespace.clear() };
  }

  private namespace(name: CacheCase, redis: boolean, maxEntries: number): CacheNamespace {
    const tiers =
      name === 'redis-hit' ? (['redis'] as const) : redis && name !== 'hit' ? undefined : (['memory'] as const);
    return this.caches.namespace(`benchmark-${name}`, {
      ...(tiers !== undefined && { tiers }),
      ttlMs: TTL_MS,
      maxEntries,
    });
  }
}
