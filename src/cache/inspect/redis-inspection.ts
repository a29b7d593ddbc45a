import { CacheTierUnavailableError } from '../cache.errors';
import { masterNodes } from '../../pools/redis/master-nodes';
import { RedisNamespace } from '../redis/redis-namespace';
import type { RedisTier } from '../redis/redis-tier';
import { toTypedJson } from '../values/typed-json';
import { TimeBudget } from '../tiers/time-budget';
import { type EntryFacts, type EntryPage, finite } from './entry-facts';

const START = '0.0.0';

/**
 * A page of the entries that Redis holds of a namespace. SCAN decides their order and number, so an empty page need not be
 * the last one. The cursor is slot, server and SCAN's own cursor. Rejects with CacheTierUnavailableError.
 */
export async function redisPage(
  tier: RedisTier,
  namespace: string,
  prefix: string,
  limit: number,
  cursor = START,
): Promise<EntryPage> {
  const { slots } = tier.uncachedNamespace(namespace);
  const nodes = masterNodes(tier.port.client);
  const [slotAt = 0, nodeAt = 0, from = 0] = cursor.split('.').map(Number);
  const slot = slots[slotAt];
  const node = nodes[nodeAt];
  if (slot === undefined || node === undefined) return { entries: [], cursor: undefined };
  const scan = () => node.scan(String(from), 'MATCH', slot.keys.valuePattern(prefix), 'COUNT', limit);
  const [next, found] = await asked(tier, scan);
  const sizes = await asked(tier, () => Promise.all(found.map((key) => node.strlen(key).catch(() => 0))));
  const ttls = await asked(tier, () => Promise.all(found.map((key) => node.pttl(key))));
  const entries = found.map((key, at) => ({
    key: slot.keys.keyOf(key),
    namespace,
    bytes: sizes[at]!,
    tags: [],
    freshMs: undefined,
    servableMs: ttls[at]! < 0 ? undefined : ttls[at]!,
    ageMs: undefined,
    idleMs: undefined,
  }));
  return { entries, cursor: following(slotAt, nodeAt, next, nodes.length, slots.length) };
}

/** One entry of Redis with its value, if it is valid. Rejects with CacheTierUnavailableError. */
export async function redisEntry(
  tier: RedisTier,
  namespace: string,
  key: string,
): Promise<(EntryFacts & { readonly value: unknown }) | undefined> {
  // An object of its own, so that this read counts neither as a hit nor as a miss.
  const shared = new RedisNamespace(namespace, tier);
  const valueKey = shared.changes.slotOf(key).keys.value(key);
  // Reading would make the bookkeeping keys of a slot that was never used; an inspection must not.
  if ((await asked(tier, () => tier.port.client.exists(valueKey))) === 0) return undefined;
  const read = await shared.read(key, new TimeBudget(tier.timeoutMs));
  if (read === undefined) throw new CacheTierUnavailableError('it did not answer in time');
  const { entry } = read;
  const now = tier.time.now();
  if (entry === undefined || entry.staleUntil <= now) return undefined;
  return {
    key,
    namespace,
    bytes: entry.stored.bytes,
    tags: entry.tags,
    freshMs: finite(entry.expiresAt - now),
    servableMs: finite(entry.staleUntil - now),
    ageMs: undefined,
    idleMs: undefined,
    value: JSON.parse(toTypedJson(entry.stored.value)) as unknown,
  };
}

async function asked<T>(tier: RedisTier, ask: () => Promise<T>): Promise<T> {
  try {
    return await tier.link.request(ask, tier.timeoutMs);
  } catch (error) {
    throw new CacheTierUnavailableError('it did not answer in time', { cause: error });
  }
}

function following(slot: number, node: number, next: string, nodes: number, slots: number): string | undefined {
  if (next !== '0') return `${slot}.${node}.${next}`;
  if (node + 1 < nodes) return `${slot}.${node + 1}.0`;
  return slot + 1 < slots ? `${slot + 1}.0.0` : undefined;
}
