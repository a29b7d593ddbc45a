import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheService } from '../../src/cache/cache.service';
import type { EntryOptions } from '../../src/cache/options/entry.options';
import type { LoadContext } from '../../src/cache/load/loader';
import { eventually } from '../support/eventually';

const KEYS = ['a:1', 'a:2', 'a:3', 'b:1', 'b:2', 'b:3'];
const TAGS = ['t0', 't1', 't2'];
/** Which calls a history mixes, the reads far more often. */
const WORKERS = 4;
const LEAST_READS = 100;
const LEAST_CHANGES = 20;
const TURN_MS = 5;
/** What a turn of the loop counts for at most, however long it stood still. */
const LONGEST_TURN_MS = 20;

export interface HistoryOptions {
  readonly seed: number;
  /** The shortest duration; on a busy machine it lasts until something was read and changed. */
  readonly lastsMs: number;
  /**
   * How much later than its maker other caches have to obey an invalidation, in time during which the loop turns: while
   * it stands still, no cache of the test receives an invalidation.
   */
  readonly graceMs: number;
  /** Called again and again while the history goes on. */
  readonly disturb?: (random: () => number) => Promise<void>;
  readonly disturbEveryMs?: number;
}

/** An invalidation that is over: calls that begin later must not get an older version. */
interface Bound {
  readonly version: number;
  readonly maker: CacheService;
  readonly at: number;
  /** Since when Redis has it; undefined while the calling cache did not know. */
  toldAt: number | undefined;
}

/**
 * Calls at random on several caches, over a truth whose versions only grow, and holds every answer against what was
 * invalidated before the call: by the same cache at once, by another one `graceMs` after it had arrived in Redis.
 */
export class History {
  readonly violations: string[] = [];
  reads = 0;
  changes = 0;
  /** How long the longest of all calls took. */
  slowestMs = 0;
  private readonly truth = new Map(KEYS.map((key) => [key, 1]));
  private readonly bounds = new Map<string, Bound[]>(KEYS.map((key) => [key, []]));
  private readonly running = new Map<string, { readonly writes: boolean; readonly count: number }>();
  private readonly random: () => number;
  private over = false;
  /** How long the loop has been turning (ms). */
  private turnedMs = 0;
  private readonly turning: NodeJS.Timeout;

  constructor(
    private readonly caches: readonly CacheService[],
    private readonly options: HistoryOptions,
  ) {
    this.random = mulberry32(options.seed);
    let last = performance.now();
    const turn = (): void => {
      const now = performance.now();
      this.turnedMs += Math.min(now - last, LONGEST_TURN_MS);
      last = now;
    };
    this.turning = setInterval(turn, TURN_MS).unref();
  }

  async run(): Promise<void> {
    const workers = this.caches.flatMap((cache) => Array.from({ length: WORKERS }, () => this.work(cache)));
    const disturbing = this.disturb();
    const noting = this.noteWhatIsTold();
    await sleep(this.options.lastsMs);
    await eventually('enough was read and changed', () => this.reads > LEAST_READS && this.changes > LEAST_CHANGES);
    this.over = true;
    await Promise.all([...workers, disturbing, noting]);
    clearInterval(this.turning);
  }

  /** Every cache asked for every key once more, without a load, when all are well and have received every message. */
  async checkAll(): Promise<void> {
    for (const bounds of this.bounds.values()) for (const bound of bounds) bound.toldAt = Number.NEGATIVE_INFINITY;
    for (const cache of this.caches) {
      for (const key of KEYS) await this.reading(cache, [key], 'at the end', async () => [await cache.get(key)]);
    }
  }

  private async disturb(): Promise<void> {
    const { disturb, disturbEveryMs = 300 } = this.options;
    if (disturb === undefined) return;
    while (this.goesOn()) {
      await sleep(disturbEveryMs * (0.5 + this.random()));
      if (this.goesOn()) await disturb(this.random);
    }
  }

  private async work(cache: CacheService): Promise<void> {
    while (this.goesOn()) {
      if (this.random() < 0.8) await this.read(cache);
      else await this.change(cache);
      if (this.random() < 0.5) await sleep(this.random() * 8);
    }
  }

  private async read(cache: CacheService): Promise<void> {
    const key = this.pick(KEYS);
    const kind = this.pick(['get', 'getSync', 'getOrSet', 'getOrSet', 'getOrSet', 'getMany', 'getOrSetMany']);
    const options = this.entryOptions(key);
    const ask: Record<string, () => Promise<readonly unknown[]>> = {
      get: async () => [await cache.get(key)],
      getSync: () => Promise.resolve([cache.getSync(key)]),
      getOrSet: async () => [await cache.getOrSet(key, (context) => this.load(context), options)],
      getMany: async () => {
        const found = await cache.getMany(KEYS);
        return KEYS.map((one) => found.get(one));
      },
      getOrSetMany: async () => {
        const found = await cache.getOrSetMany(KEYS, (keys) => this.loadMany(keys), { ...options, tags: TAGS });
        return KEYS.map((one) => found.get(one));
      },
    };
    const asked = kind.endsWith('Many') ? KEYS : [key];
    await this.reading(cache, asked, `${kind} ${JSON.stringify(options)}`, ask[kind]!);
  }

  private async reading(
    cache: CacheService,
    keys: readonly string[],
    what: string,
    ask: () => Promise<readonly unknown[]>,
  ): Promise<void> {
    const least = keys.map((key) => this.leastFor(cache, key));
    let versions: readonly unknown[];
    const started = performance.now();
    try {
      versions = await ask();
    } catch (error) {
      if ((error as Error).message !== 'a load that fails') throw error;
      return;
    }
    this.reads++;
    this.slowestMs = Math.max(this.slowestMs, performance.now() - started);
    versions.forEach((version, at) => {
      const bound = least[at]!;
      if (version === undefined || (version as number) >= bound.version) return;
      const by = bound.maker === cache ? 'itself' : 'another';
      const { since, version: wanted } = bound;
      this.violations.push(`${what}: ${keys[at]} is ${String(version)}, not ${wanted} (of ${by}, ${since} ms before)`);
    });
  }

  private async change(cache: CacheService): Promise<void> {
    const key = this.pick(KEYS);
    const tag = this.pick(TAGS);
    const [prefix] = key.split(':', 1);
    const kind = this.pick(['delete', 'delete', 'set', 'set', 'setMany', 'expire', 'tag', 'tag', 'prefix', 'clear']);
    const affected = KEYS.filter((one) => {
      if (kind === 'tag') return tagOf(one) === tag;
      if (kind === 'prefix') return one.startsWith(prefix!);
      return kind === 'clear' || kind === 'setMany' || one === key;
    });
    const writes = kind.startsWith('set');
    // Two writes at once may end in either order, and so may a write and an invalidation.
    const running = affected.map((one) => this.running.get(one));
    if (running.some((other) => other !== undefined && (writes || other.writes))) return;
    const versions = new Map(affected.map((one) => [one, this.truth.get(one)! + 1]));
    for (const [one, version] of versions) this.truth.set(one, version);
    const act: Record<string, () => Promise<unknown>> = {
      delete: () => cache.delete(key),
      set: () => cache.set(key, versions.get(key), { ...this.entryOptions(key), tags: [tagOf(key)] }),
      setMany: () => cache.setMany(versions, { tags: TAGS }),
      expire: () => cache.expire(key),
      tag: () => cache.deleteByTag(tag),
      prefix: () => cache.deleteByPrefix(prefix!),
      clear: () => cache.clear(),
    };
    const done = affected.map((one) => this.begin(one, writes));
    await act[kind]!();
    for (const end of done) end();
    this.changes++;
    // An expired value may still be served stale.
    if (kind === 'expire') return;
    const at = this.turnedMs;
    for (const [one, version] of versions) this.bounds.get(one)!.push({ version, maker: cache, at, toldAt: undefined });
  }

  private begin(key: string, writes: boolean): () => void {
    const others = this.running.get(key)?.count ?? 0;
    this.running.set(key, { writes, count: others + 1 });
    return () => {
      const { count } = this.running.get(key)!;
      if (count === 1) this.running.delete(key);
      else this.running.set(key, { writes: false, count: count - 1 });
    };
  }

  /** Its tag is named at the end, and by some calls at the beginning. */
  private async load({ key, setTags, setTtl }: LoadContext): Promise<number> {
    const version = this.truth.get(key)!;
    if (this.random() < 0.6) await sleep(this.random() * 25);
    if (this.random() < 0.05) throw new Error('a load that fails');
    setTags([tagOf(key)]);
    if (this.random() < 0.3) setTtl(20 + this.random() * 200);
    return version;
  }

  private async loadMany(keys: readonly string[]): Promise<Map<string, number>> {
    const versions = new Map(keys.map((key) => [key, this.truth.get(key)!]));
    await sleep(this.random() * 15);
    return versions;
  }

  private entryOptions(key: string): EntryOptions {
    return {
      ...(this.random() < 0.5 ? { tags: [tagOf(key)] } : {}),
      ...(this.random() < 0.5 ? { staleMs: 5_000 } : {}),
      ...(this.random() < 0.3 ? { softTimeoutMs: 5 } : {}),
      ...(this.random() < 0.3 ? { ttlMs: 60, refreshAheadRatio: 0.4 } : {}),
      ...(this.random() < 0.1 ? { lock: false } : {}),
      ...(this.random() < 0.1 ? { tiers: ['redis'] as const } : {}),
    };
  }

  private leastFor(cache: CacheService, key: string): Bound & { readonly since: number } {
    const now = this.turnedMs;
    let least: Bound = { version: 0, maker: cache, at: 0, toldAt: undefined };
    for (const bound of this.bounds.get(key)!) {
      const binds = bound.maker === cache || (bound.toldAt ?? now) + this.options.graceMs < now;
      if (binds && bound.version > least.version) least = bound;
    }
    return { ...least, since: Math.round(now - least.at) };
  }

  /** Redis knows of a change once its maker has nothing left to make good. */
  private async noteWhatIsTold(): Promise<void> {
    while (this.goesOn()) {
      const at = this.turnedMs;
      for (const cache of this.caches) {
        const { redis } = cache.stats();
        if (redis!.queuedRecoveries > 0 || redis!.breaker !== 'closed') continue;
        for (const bounds of this.bounds.values()) {
          for (const bound of bounds) if (bound.maker === cache && bound.at <= at) bound.toldAt ??= at;
        }
      }
      for (const [key, bounds] of this.bounds) if (bounds.length > 500) this.bounds.set(key, bounds.slice(-400));
      await sleep(10);
    }
  }

  private goesOn(): boolean {
    return !this.over;
  }

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }
}

function tagOf(key: string): string {
  return TAGS[(Number(key.split(':')[1]) - 1) % TAGS.length]!;
}

/** A small generator of random numbers with a seed (mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
