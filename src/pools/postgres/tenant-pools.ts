import type { Clock } from '../../common/clock';
import { withDeadline } from '../../common/deadline';
import { readOptions } from '../../common/settings/resolve-options';
import { summarise } from '../health-summary';
import type { AcquireOptions } from '../lease-pool.options';
import {
  type Pool,
  type PoolCounts,
  type PoolHealth,
  type PoolLimits,
  type PoolState,
  type PoolStats,
  withQuantiles,
} from '../pool';
import { checkLimits } from '../pool-limits';
import { newRecords } from '../pool-records';
import { PoolRefusals } from '../pool-refusals';
import { PoolLimitsError, PoolsOptionsError } from '../pools.errors';
import { TENANTS_POOL } from '../pools-option';
import type { PoolsOptions } from '../pools.options';
import { POSTGRES_SERVER } from '../pools-settings';
import { WaitQueue } from '../wait-queue';
import { PostgresPool } from './postgres-pool';
import { ExternalPostgres } from './postgres-server-source';
import { PostgresUsageError } from './postgres.errors';

const MAX_NAME = 200;
/** Of one tenant, where its options say nothing. */
const DEFAULT_LIMITS = { min: 0, max: 5 };

export type TenantUseOptions = Pick<AcquireOptions, 'acquireTimeoutMs'>;

/** A tenant whose pool is open, or is being opened. */
interface Tenant {
  readonly name: string;
  readonly ready: Promise<PostgresPool>;
  pool: PostgresPool | undefined;
  /** Calls of `use` under way. */
  users: number;
  unusedSinceMs: number;
  /** To be ended by the last of its users. */
  retired: (() => void) | undefined;
}

/** One tenant's pool as of now. */
export interface TenantFigures extends Pick<PoolCounts, 'health' | 'inUse' | 'idle' | 'waiting' | 'max'> {
  readonly tenant: string;
}

/**
 * A pool of PostgreSQL for each tenant, made when it is first used and ended when it was unused for `idleMs`, or earlier
 * when another needs its place: together they may open `maxConnections`. In figures and health they are one pool.
 */
export class TenantPools implements Pool {
  readonly name = TENANTS_POOL.name;
  readonly kind = 'postgres';
  private readonly records = newRecords();
  /** In the order in which they were used last. */
  private readonly tenants = new Map<string, Tenant>();
  /** What each pool may open, also one that is ending; and that of all, those included that are about to be made. */
  private readonly places = new Map<PostgresPool, number>();
  private taken = 0;
  private readonly waiting: WaitQueue<void>;
  private readonly refusals: PoolRefusals;
  private readonly createdMs: number;
  private maxConnections: number;
  private sweep: NodeJS.Timeout | undefined;
  private draining: Promise<void> | undefined;

  constructor(
    private readonly options: PoolsOptions,
    private readonly clock: Clock,
  ) {
    const { maxWaiting, postgres } = options;
    this.maxConnections = postgres.tenants.maxConnections;
    this.waiting = new WaitQueue(clock);
    this.createdMs = clock.now();
    const refusing = { name: this.name, maxWaiting, limitOptions: TENANTS_POOL.limits };
    this.refusals = new PoolRefusals(refusing, this.records.counters, () => ({
      ...this.sums(),
      max: this.maxConnections,
      longestUseMs: 0,
    }));
  }

  get configured(): boolean {
    return this.options.postgres.tenants.options !== undefined;
  }

  /**
   * Calls `work` with the pool of this tenant, which is not ended before `work` has. Waits where the pools of others
   * take all connections and are in use.
   * @throws PoolNotConfiguredError, PoolAcquireTimeoutError, PoolQueueFullError, PoolClosedError, PoolsOptionsError, what
   * `work` and the function that gives the options throw
   */
  async use<T>(
    tenant: string,
    work: (postgres: PostgresPool) => Promise<T>,
    options: TenantUseOptions = {},
  ): Promise<T> {
    if (typeof tenant !== 'string' || tenant === '' || tenant.length > MAX_NAME) {
      throw new PostgresUsageError('tenants.use()', `a tenant is a text of 1 to ${MAX_NAME} characters`);
    }
    if (!this.configured) throw this.refusals.notConfigured();
    if (this.draining) throw this.refusals.closed();
    const one = this.tenants.get(tenant) ?? this.open(tenant, options);
    one.users++;
    this.tenants.delete(tenant); // the one that was used last comes last
    this.tenants.set(tenant, one);
    try {
      return await work(one.pool ?? (await one.ready));
    } finally {
      one.users--;
      one.unusedSinceMs = this.clock.monotonic();
      if (one.users === 0) this.unused(one);
    }
  }

  /** Ends the pool of this tenant as soon as nobody uses it; the next `use` asks for its options anew. */
  async end(tenant: string): Promise<void> {
    const one = this.tenants.get(tenant);
    if (one === undefined) return;
    this.tenants.delete(tenant);
    if (one.users > 0) await new Promise<void>((resolve) => (one.retired = resolve));
    await this.close(one);
  }

  get state(): PoolState {
    return this.health().state;
  }

  get timings() {
    return this.records.timings;
  }

  /** As the pools that are open are; `up` where there are none. */
  health(): PoolHealth {
    const none = { sinceMs: this.createdMs, lastError: undefined };
    if (!this.configured) return { state: 'not_configured', ...none };
    const pools = this.pools();
    return pools.length === 0 ? { state: 'up', ...none } : summarise(pools.map((pool) => pool.health()));
  }

  stats(): PoolStats {
    return withQuantiles(this.counts());
  }

  /** The tenants that have a pool now, each with the state and the connections of that; they are no labels of metrics. */
  list(): TenantFigures[] {
    return Array.from(this.tenants.values()).flatMap(({ name: tenant, pool }) => {
      if (pool === undefined) return [];
      const { health, inUse, idle, waiting, max } = pool.counts();
      return { tenant, health, inUse, idle, waiting, max };
    });
  }

  counts(): PoolCounts {
    const open = this.pools().every((pool) => pool.counts().breaker === 'open') && this.tenants.size > 0;
    return {
      ...this.records.counters.snapshot(),
      ...this.sums(),
      name: this.name,
      kind: this.kind,
      health: this.health(),
      breaker: open ? 'open' : 'closed',
      min: 0,
      max: this.maxConnections,
      maxWaiting: this.options.maxWaiting,
      ...this.records.timings,
      endpoints: [],
    };
  }

  start(): Promise<void> {
    const { idleMs } = this.options.postgres.tenants;
    if (this.configured) this.sweep ??= setInterval(() => this.endUnused(idleMs), Math.ceil(idleMs / 4)).unref();
    return Promise.resolve();
  }

  /** `max` is that of all tenants together, `min` is 0. @throws PoolLimitsError */
  resize({ min = 0, max = this.maxConnections }: Partial<PoolLimits>): void {
    checkLimits(this.name, { min, max });
    if (min > 0) throw new PoolLimitsError(this.name, { min, max }, 'a pool of a tenant is made when it is used');
    this.maxConnections = max;
    this.wake();
  }

  drain(timeoutMs: number): Promise<void> {
    clearInterval(this.sweep);
    this.waiting.rejectAll(() => this.refusals.closed());
    this.draining ??= Promise.all(Array.from(this.places.keys(), (pool) => pool.drain(timeoutMs))).then(
      () => undefined,
    );
    return this.draining;
  }

  private open(name: string, options: TenantUseOptions): Tenant {
    const ready = this.make(name, options);
    const one: Tenant = { name, ready, pool: undefined, users: 0, unusedSinceMs: 0, retired: undefined };
    ready.then(
      (pool) => (one.pool = pool),
      () => {
        if (this.tenants.get(name) === one) this.tenants.delete(name);
      },
    );
    return one;
  }

  private async make(name: string, { acquireTimeoutMs }: TenantUseOptions): Promise<PostgresPool> {
    const { acquireTimeoutMs: usualMs, maxWaiting } = this.options;
    const timeoutMs = acquireTimeoutMs ?? usualMs;
    const deadlineMs = this.clock.monotonic() + timeoutMs;
    const postgres = await withDeadline(
      () => this.optionsOf(name),
      timeoutMs,
      () => this.refusals.timeout(timeoutMs, new Error(`the options of the tenant "${name}" did not come`)),
    );
    await this.takeRoom(postgres.max, deadlineMs);
    try {
      const identity = { ...TENANTS_POOL, name: `${this.name}:${name}`, records: this.records };
      const settings = { postgres, acquireTimeoutMs: usualMs, maxWaiting };
      const pool = new PostgresPool(new ExternalPostgres(postgres.url), settings, this.clock, identity);
      this.places.set(pool, postgres.max);
      await pool.start();
      return pool;
    } catch (error) {
      this.giveRoom(postgres.max);
      throw error;
    }
  }

  private async optionsOf(name: string) {
    const given = await this.options.postgres.tenants.options!(name);
    const { options, problems } = readOptions(POSTGRES_SERVER, { ...DEFAULT_LIMITS, ...given });
    const { url, max } = options;
    const all = [...problems, ...(url === undefined ? ['url is missing'] : [])];
    if (max > this.maxConnections) all.push(`max must be at most ${this.maxConnections}, what all may open together`);
    if (url === undefined || all.length > 0) {
      throw new PoolsOptionsError(all.map((problem) => `postgres.tenants.options('${name}'): ${problem}`));
    }
    return { ...options, url };
  }

  /** Takes `wanted` of the connections of all, when there are that many; those who wait come in the order they came. */
  private async takeRoom(wanted: number, deadlineMs: number): Promise<void> {
    let isNext = this.waiting.size === 0;
    while (!isNext || this.taken + wanted > this.maxConnections) {
      if (this.draining) throw this.refusals.closed();
      if (this.waiting.size >= this.options.maxWaiting) throw this.refusals.queueFull(this.waiting.size);
      this.endForRoom(wanted);
      const timeoutMs = Math.max(0, deadlineMs - this.clock.monotonic());
      await this.waiting.wait({ timeoutMs, makeTimeoutError: (waitedMs) => this.refusals.timeout(waitedMs) });
      isNext = true;
    }
    if (this.draining) throw this.refusals.closed();
    this.taken += wanted;
  }

  /** Ends those that were unused for longest, until there would be room. */
  private endForRoom(wanted: number): void {
    let missing = this.taken + wanted - this.maxConnections;
    for (const one of this.tenants.values()) {
      if (missing <= 0) return;
      if (one.users > 0 || one.pool === undefined) continue;
      missing -= this.places.get(one.pool) ?? 0;
      this.tenants.delete(one.name);
      void this.close(one);
    }
  }

  private endUnused(idleMs: number): void {
    const nowMs = this.clock.monotonic();
    for (const one of this.tenants.values()) {
      if (one.users > 0 || one.pool === undefined || nowMs - one.unusedSinceMs < idleMs) continue;
      this.tenants.delete(one.name);
      void this.close(one);
    }
  }

  private unused(one: Tenant): void {
    one.retired?.();
    if (this.waiting.size > 0) this.wake();
  }

  private async close({ pool }: Tenant): Promise<void> {
    if (pool === undefined) return;
    await pool.drain(this.options.drainTimeoutMs);
    const max = this.places.get(pool) ?? 0;
    this.places.delete(pool);
    this.giveRoom(max);
  }

  private giveRoom(max: number): void {
    this.taken -= max;
    this.wake();
  }

  /** All look again whether there is room for them, in the order they came. */
  private wake(): void {
    for (let left = this.waiting.size; left > 0; left--) this.waiting.serve();
  }

  private pools(): PostgresPool[] {
    return [...this.places.keys()];
  }

  private sums() {
    const sums = { inUse: 0, idle: 0, connecting: 0, waiting: this.waiting.size };
    for (const pool of this.places.keys()) {
      const { inUse, idle, connecting, waiting } = pool.counts();
      sums.inUse += inUse;
      sums.idle += idle;
      sums.connecting += connecting;
      sums.waiting += waiting;
    }
    return sums;
  }
}
