import type { CacheCore } from '../cache-core';
import { isNamespaceName } from '../namespace/namespace-name';
import type { HotKey } from '../hot/hot-keys';

const REMEMBERED = 500;
const MAX_TEXT_BYTES = 1_048_576;

/** The hottest keys, kept in Redis across restarts. Without Redis, or while it does not answer, there are none. */
export class RememberedKeys {
  constructor(private readonly core: CacheCore) {}

  /** Stores the keys that are hot now. If there are none, what was stored before is kept. */
  async save(): Promise<void> {
    const { redis, hotKeys, options } = this.core;
    const hot = hotKeys.top(REMEMBERED).map(({ namespace, key }) => [namespace, key]);
    if (redis === undefined || !redis.link.usable || hot.length === 0) return;
    const name = redis.keys.hotKeys;
    await redis.link
      .request(() => redis.port.client.set(name, JSON.stringify(hot)), options.redisTimeoutMs)
      .catch(() => undefined); // not essential: the next run stores them
  }

  /** The keys that were stored last, by any process. */
  async load(): Promise<readonly Pick<HotKey, 'namespace' | 'key'>[]> {
    const { redis, options } = this.core;
    if (redis === undefined || !redis.link.usable) return [];
    try {
      const text = await redis.link.request(() => redis.port.client.get(redis.keys.hotKeys), options.redisTimeoutMs);
      return text === null || text.length > MAX_TEXT_BYTES ? [] : parse(text);
    } catch {
      return [];
    }
  }
}

function parse(text: string): readonly Pick<HotKey, 'namespace' | 'key'>[] {
  const pairs: unknown = JSON.parse(text);
  if (!Array.isArray(pairs)) return [];
  return pairs.slice(0, REMEMBERED).flatMap((pair: unknown) => {
    if (!Array.isArray(pair)) return [];
    const [namespace, key] = pair as unknown[];
    return typeof namespace === 'string' && isNamespaceName(namespace) && typeof key === 'string'
      ? [{ namespace, key }]
      : [];
  });
}
