import type { CacheCore } from '../cache-core';
import { isNamespaceName } from '../namespace/namespace-name';
import type { HotKey } from '../hot/hot-keys';

const REMEMBERED = 500;
const MAX_TEXT_BYTES = 1_048_576;

/** The hottest keys as kept in Redis across restarts; without Redis, or with it out of reach, there are none. */
export class RememberedKeys {
  constructor(private readonly core: CacheCore) {}

  /** Writes down which keys are hot now; keeps what is there when none are. */
  async save(): Promise<void> {
    const { redis, hotKeys, options } = this.core;
    const hot = hotKeys.top(REMEMBERED).map(({ namespace, key }) => [namespace, key]);
    if (redis === undefined || !redis.link.usable || hot.length === 0) return;
    const name = redis.keys.hotKeys;
    await redis.link
      .request(() => redis.port.client.set(name, JSON.stringify(hot)), options.redisTimeoutMs)
      .catch(() => undefined); // a comfort: the next one will do
  }

  /** What was written down last, by whichever process. */
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
