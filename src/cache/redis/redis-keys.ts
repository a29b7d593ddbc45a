/** The keys of one hash slot. A step may use several of them at once. `{…}` is Redis Cluster's hash tag. */
export class SlotKeys {
  /** `<clock> <generation> <born>`: the slot's logical time, that of its last clear, and the time it began with. */
  readonly head: string;
  /** A sorted set: keys, scored by the logical time of their last delete, set or expire. */
  readonly fences: string;
  /** A sorted set: tags, scored by the logical time of their last invalidation. */
  readonly tags: string;

  constructor(private readonly base: string) {
    this.head = `${base}head`;
    this.fences = `${base}fences`;
    this.tags = `${base}tags`;
  }

  value(key: string): string {
    return `${this.base}v:${wellFormed(key)}`;
  }

  lock(key: string): string {
    return `${this.base}l:${wellFormed(key)}`;
  }

  /** A SCAN pattern for the values whose keys begin with `prefix`. */
  valuePattern(prefix: string): string {
    return `${escapeGlob(this.value(prefix))}*`;
  }

  /** The cache's key that belongs to a key of a value in Redis. */
  keyOf(valueKey: string): string {
    return valueKey.slice(this.base.length + 2);
  }
}

/** The names of all keys and channels that the cache uses in Redis. All begin with one prefix. */
export class RedisKeys {
  readonly namespaces: string;
  readonly bus: string;
  readonly hotKeys: string;

  constructor(private readonly prefix: string) {
    this.namespaces = `${prefix}:namespaces`;
    this.bus = `${prefix}:bus`;
    this.hotKeys = `${prefix}:hot-keys`;
  }

  slots(namespace: string, shards: number): readonly SlotKeys[] {
    return Array.from({ length: shards }, (_, shard) => new SlotKeys(`${this.prefix}:{${namespace}#${shard}}:`));
  }
}

/** The slot, of `shards`, that a key belongs to (FNV-1a hash); it is the same in every process. */
export function shardOf(key: string, shards: number): number {
  if (shards === 1) return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % shards;
}

const LONE_SURROGATE = /\p{Surrogate}/gu;

/** UTF-8 cannot encode half a surrogate pair: without this, all halves would become one character and such keys one key. */
function wellFormed(key: string): string {
  if (key.isWellFormed()) return key;
  return key.replace(LONE_SURROGATE, (half) => `\ufffd${half.charCodeAt(0).toString(16)}`);
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, String.raw`\$&`);
}
