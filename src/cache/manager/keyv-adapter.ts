import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import type { CacheNamespace } from '../cache-namespace';
import { deserialize } from './manager-serializer';

/** How many entries the iterator reads together. */
const BATCH = 500;

/**
 * A namespace of the cache as a store for Keyv, and so for cache-manager. Keyv passes the output of the serializer: a
 * text, so that nothing is frozen, or an object that only memory can keep.
 */
export class KeyvAdapter extends EventEmitter implements KeyvStoreAdapter {
  readonly opts: Record<string, never> = {};
  namespace: string | undefined;

  constructor(private readonly cache: CacheNamespace) {
    super();
  }

  get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    return this.cache.get<StoredData<Value>>(key) as Promise<StoredData<Value> | undefined>;
  }

  async getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    const found = await this.cache.getMany<StoredData<Value>>(keys);
    return keys.map((key) => found.get(key) as StoredData<Value | undefined>);
  }

  /** Without `ttl` (ms) the entry does not expire, as in other stores of Keyv. */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.cache.set(key, value, { ttlMs: ttl === undefined || ttl <= 0 ? Number.POSITIVE_INFINITY : ttl });
    return true;
  }

  /** Every entry that has not expired, read in batches. */
  async *entries(): AsyncGenerator<[string, unknown], void, undefined> {
    let batch: string[] = [];
    for await (const key of this.cache.keys()) {
      if (batch.push(key) < BATCH) continue;
      yield* await this.valuesOf(batch);
      batch = [];
    }
    yield* await this.valuesOf(batch);
  }

  /** A walk over everything is no use of it: what Redis has is not taken into memory. */
  private async valuesOf(keys: readonly string[]): Promise<[string, unknown][]> {
    const stored = await Promise.all(keys.map((key) => this.cache.get(key, { tiers: ['redis'] })));
    return keys
      .map((key, at) => [key, stored[at] ?? this.cache.getSync(key)] as const)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => [key, deserialize(one).value]);
  }

  has(key: string): Promise<boolean> {
    return this.cache.has(key);
  }

  delete(key: string): Promise<boolean> {
    return this.cache.delete(key);
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    return (await this.cache.deleteMany(keys)) > 0;
  }

  async clear(): Promise<void> {
    await this.cache.clear();
  }
}
