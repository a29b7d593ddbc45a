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
    return `${this.base}v:${toRedisText(key)}`;
  }

  lock(key: string): string {
    return `${this.base}l:${toRedisText(key)}`;
  }

  /** A SCAN pattern for the values whose keys begin with `prefix`. */
  valuePattern(prefix: string): string {
    return `${escapeGlob(this.value(prefix))}*`;
  }

  /** The cache's key that belongs to a key of a value in Redis. */
  keyOf(valueKey: string): string {
    return fromRedisText(valueKey.slice(this.base.length + 2));
  }
}

/** The names of all keys and channels that the cache uses in Redis. All begin with one prefix. */
export class RedisKeys {
  readonly namespaces: string;
  readonly bus: string;
  readonly hotKeys: string;
  /** Written, read and removed by the check of the server. */
  readonly check: string;

  /** `database` is the number of the one in use: Redis separates keys by it, but not channels. */
  constructor(
    readonly prefix: string,
    database = 0,
  ) {
    this.namespaces = `${prefix}:namespaces`;
    this.bus = database === 0 ? `${prefix}:bus` : `${prefix}:bus:${database}`;
    this.hotKeys = `${prefix}:hot-keys`;
    this.check = `${prefix}:check`;
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

/** Stands before what it escapes: a second one is itself, four hex digits are half a surrogate pair. */
const MARK = '\ufffd';
const ESCAPED = /\p{Surrogate}|\ufffd/gu;
const UNESCAPED = /\ufffd(\ufffd|d[89a-f][\da-f]{2})/g;

const FIRST_TO_ESCAPE = 0xd800;

/** UTF-8 cannot encode half a surrogate pair: without this, all halves would become one character and such keys one key. */
function toRedisText(key: string): string {
  return isBelow(key, FIRST_TO_ESCAPE) ? key : escaped(key);
}

/** Almost all keys are: then this takes less time than a call into native code. */
function isBelow(key: string, limit: number): boolean {
  for (let at = 0; at < key.length; at++) if (key.charCodeAt(at) >= limit) return false;
  return true;
}

function escaped(key: string): string {
  return key.replace(ESCAPED, (part) => (part === MARK ? MARK + MARK : MARK + part.charCodeAt(0).toString(16)));
}

function fromRedisText(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replace(UNESCAPED, (_, part: string) =>
    part === MARK ? MARK : String.fromCharCode(Number.parseInt(part, 16)),
  );
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, String.raw`\$&`);
}
