import type { Redis } from 'ioredis';
import type { Clock } from '../../common/clock';
import { redisUrlProblem } from '../../common/url-problem';
import { Breaker, DEFAULT_BREAKER } from '../breaker';
import { withDeadline } from '../../common/deadline';
import { HealthProbe } from '../health-probe';
import { LeasePool } from '../lease-pool';
import { type AcquireOptions, LEASE_POOL_DEFAULTS } from '../lease-pool.options';
import {
  type Pool,
  type PoolCounts,
  type PoolHealth,
  type PoolLimits,
  type PoolState,
  type PoolStats,
  type PoolTimings,
  withQuantiles,
} from '../pool';
import { publishBreaker } from '../pool-channels';
import { type PoolIdentity, REDIS_POOL } from '../pools-option';
import { messageOf, PoolClosedError, PoolsOptionsError } from '../pools.errors';
import { CREDENTIALS_TIMEOUT_MS, CredentialsSource } from '../credentials-source';
import type { RedisPoolOptions } from '../pools.options';
import { Tls } from '../tls';
import { connectOptions } from './connect.options';
import { countConnections } from './connection-counting';
import type { DedicatedRedisClient } from './dedicated-redis-client';
import { DedicatedRedisResource } from './dedicated-redis-resource';
import { RedisConnectionLimits } from './redis-connection-limits';
import { RedisCommandPolicy } from './redis-command-policy';
import type { RedisAccess, RedisClientOptions } from './redis-access';
import { RedisLease } from './redis-lease';
import { RedisUnavailableError } from './redis.errors';
import { redisCounts } from './redis-counts';
import { redisPackage } from './redis-package';
import type { SharedRedisClient } from './shared-redis-client';
import type { SubscriberRedisClient } from './subscriber-redis-client';

const COMMAND_TIMEOUT_MS = 1_000;
const PROBE_INTERVAL_MS = 5_000;

export type RedisPoolSettings = RedisPoolOptions & { readonly acquireTimeoutMs: number; readonly maxWaiting: number };

/**
 * Redis within `maxConnections` sockets: a shared connection for plain commands, a subscriber made on first use, and
 * connections that are lent for blocking commands, WATCH and MULTI. Without a URL it does not connect, and every call
 * rejects with `PoolNotConfiguredError`.
 */
export class RedisPool implements Pool {
  readonly name: string;
  readonly kind = 'redis';
  readonly configured: boolean;
  private readonly endpoint: string;
  private readonly url: string;
  private readonly access: RedisAccess;
  private readonly commandTimeoutMs: number;
  /** Of the shared connection; leases have one of their own, for either can fail while the other works. */
  private readonly breaker: Breaker;
  private readonly leaseBreaker: Breaker;
  private leaseFailedMs = 0;
  private readonly probe: HealthProbe;
  private readonly leases: LeasePool<DedicatedRedisClient>;
  private readonly policy: RedisCommandPolicy;
  private made: SharedRedisClient | undefined;
  private readonly createdMs: number;
  private subscribed: SubscriberRedisClient | undefined;
  private limits: RedisConnectionLimits;
  private draining: Promise<void> | undefined;

  constructor(
    private readonly options: RedisPoolSettings,
    private readonly clock: Clock,
    private readonly identity: PoolIdentity = REDIS_POOL,
  ) {
    this.name = identity.name;
    this.configured = options.url !== undefined;
    this.url = options.url ?? 'redis://not-configured';
    const problem = redisUrlProblem(this.url);
    if (problem !== undefined) throw new PoolsOptionsError([`${identity.path}.url must be ${problem}`]);
    this.endpoint = new URL(this.url).host;
    const { credentials } = options;
    this.access = {
      pool: identity,
      tls: Tls.of(options, identity.path),
      credentials: credentials && new CredentialsSource(credentials, CREDENTIALS_TIMEOUT_MS, clock),
    };
    this.limits = new RedisConnectionLimits(options.maxConnections, identity);
    this.commandTimeoutMs = options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
    this.createdMs = clock.now();
    const breakerOptions = { ...DEFAULT_BREAKER, tripAfterMs: this.commandTimeoutMs / 2 };
    this.breaker = Breaker.ofFailuresInARow(breakerOptions, clock);
    this.leaseBreaker = Breaker.ofFailuresInARow(breakerOptions, clock);
    this.probe = this.makeProbe(options);
    this.leases = this.makeLeases(options);
    const { name, configured, endpoint } = this;
    this.policy = new RedisCommandPolicy({ name, configured, endpoint }, this.breaker, this.leases, this.probe);
    if (this.configured) this.made = this.makeShared();
    for (const breaker of [this.breaker, this.leaseBreaker]) {
      publishBreaker(breaker, { pool: name, endpoint, route: undefined });
    }
    this.breaker.onChange((to) => {
      if (to === 'open') this.made?.rejectParked(this.policy.breakerError());
    });
    this.leaseBreaker.onChange((to) => {
      if (to === 'open') this.leaseFailedMs = clock.now();
    });
  }

  /** For plain commands and pipelines; refuses what blocks (`RedisCommandRefusedError`), see `use` for that. */
  get client(): Redis {
    return this.shared;
  }

  /**
   * The connection for subscriptions, made on first use.
   * @throws PoolNotConfiguredError, PoolClosedError, RedisConnectionsTooFewError
   */
  get subscriber(): Redis {
    if (this.subscribed) return this.subscribed;
    this.checkOpen();
    this.limits.checkSubscriber();
    const { SubscriberRedisClient: Client } = redisPackage();
    this.subscribed = new Client(this.url, this.connectOptions('subscriber'), this.commandTimeoutMs);
    this.subscribed.on('error', () => this.probe.probeSoon()); // without a listener it would be printed
    this.countConnectionsOf(this.subscribed, () => undefined);
    this.subscribed.keepListeners();
    return this.subscribed;
  }

  /**
   * Calls `work` with a connection of its own, for blocking commands, WATCH and MULTI. When `signal` fires the
   * connection is closed, so that a blocking command rejects at once. Throws what `work` and `acquire` throw.
   */
  async use<T>(work: (connection: Redis) => Promise<T>, options: AcquireOptions = {}): Promise<T> {
    await using lease = await this.lend(options, this.use);
    return await lease.during(() => work(lease.client), options.signal);
  }

  /**
   * A connection for this caller only, until it is released; `await using` releases it.
   * @throws PoolAcquireTimeoutError, PoolQueueFullError, PoolBreakerOpenError, PoolClosedError, PoolNotConfiguredError,
   * RedisConnectionsTooFewError, the signal's reason
   */
  acquire(options: AcquireOptions = {}): Promise<RedisLease> {
    return this.lend(options, this.acquire);
  }

  async start(): Promise<void> {
    if (!this.configured || this.draining) return;
    await Promise.all([this.probe.check(), this.leases.start()]);
  }

  /** `max` counts all sockets, `min` those kept open to be lent. */
  resize({ min = this.leases.min, max = this.limits.max }: Partial<PoolLimits>): void {
    const limits = this.limits.with({ min, max }, this.subscribed !== undefined);
    this.leases.resize({ min, max: limits.lendable });
    this.limits = limits;
  }

  drain(timeoutMs: number): Promise<void> {
    this.draining ??= this.drainOnce(timeoutMs);
    return this.draining;
  }

  get state(): PoolState {
    return this.health().state;
  }

  get timings(): PoolTimings {
    return this.leases.timings;
  }

  health(): PoolHealth {
    if (!this.configured) return { state: 'not_configured', sinceMs: this.createdMs, lastError: undefined };
    const { health } = this.probe;
    if (health.state !== 'up' || this.leaseBreaker.isClosed) return health;
    const { lastError } = this.leaseBreaker;
    return { ...health, state: 'degraded', lastError: { message: messageOf(lastError), atMs: this.leaseFailedMs } };
  }

  stats(): PoolStats {
    return withQuantiles(this.counts());
  }

  counts(): PoolCounts {
    return redisCounts(this, {
      shared: this.made,
      subscriber: this.subscribed,
      leases: this.leases,
      breaker: this.breaker.state,
      max: this.limits.max,
      maxWaiting: this.options.maxWaiting,
    });
  }

  private async drainOnce(timeoutMs: number): Promise<void> {
    this.policy.close();
    this.probe.stop();
    await Promise.all([this.leases.drain(timeoutMs), this.whenAllAnswered(timeoutMs)]);
    this.made?.terminate(new PoolClosedError(this.name));
    this.subscribed?.terminate();
  }

  /** Redis answers in order, so when one more PING is answered everything sent before it has been. */
  private async whenAllAnswered(timeoutMs: number): Promise<void> {
    if (this.made?.isWritable !== true) return;
    const late = () => new Error(`Redis did not answer within ${timeoutMs} ms of the shutdown`);
    await withDeadline(() => this.shared.probe(), timeoutMs, late).catch(() => undefined);
  }

  private async lend(options: AcquireOptions, caller: (...parameters: never[]) => unknown): Promise<RedisLease> {
    const trace = this.leases.leaks.trace(caller);
    this.checkOpen();
    this.limits.checkLease();
    const slot = await this.leases.acquire(options);
    slot.trace = trace;
    return new RedisLease(this.name, slot.resource, (failure) => this.leases.release(slot, failure));
  }

  private checkOpen(): void {
    if (!this.configured) throw this.leases.refusals.notConfigured();
    if (this.draining) throw this.leases.refusals.closed();
  }

  private makeProbe(options: RedisPoolSettings): HealthProbe {
    return new HealthProbe(
      {
        pool: this.name,
        endpoint: this.endpoint,
        intervalMs: options.probeIntervalMs ?? PROBE_INTERVAL_MS,
        timeoutMs: options.probeTimeoutMs ?? this.commandTimeoutMs,
        failuresToDown: 2,
        probe: () => this.probeConnections(),
        onResult: (error) => {
          if (error === undefined) this.breaker.close();
        },
      },
      this.clock,
    );
  }

  private async probeConnections(): Promise<void> {
    if (this.subscribed?.status === 'ready') this.subscribed.ping().catch(() => undefined);
    await this.shared.probe();
  }

  /** Without a URL it is made on first use, and refuses every command. */
  private get shared(): SharedRedisClient {
    return (this.made ??= this.makeShared());
  }

  private makeLeases(options: RedisPoolSettings): LeasePool<DedicatedRedisClient> {
    const resource = new DedicatedRedisResource(
      this.url,
      this.connectOptions('lease'),
      this.commandTimeoutMs,
      this.clock,
    );
    return new LeasePool(
      {
        ...LEASE_POOL_DEFAULTS,
        ...options,
        name: this.name,
        endpoint: this.endpoint,
        min: 0,
        max: this.limits.lendable,
        limitOptions: this.identity.limits,
      },
      resource,
      this.leaseBreaker,
      this.clock,
    );
  }

  private makeShared(): SharedRedisClient {
    const { SharedRedisClient: Client } = redisPackage();
    const shared = new Client(
      this.url,
      this.connectOptions('commands'),
      this.commandTimeoutMs,
      this.clock,
      this.policy,
    );
    this.countConnectionsOf(shared, () =>
      this.policy.failed(new RedisUnavailableError(shared.lastError, this.identity.limits)),
    );
    shared.on('ready', () => {
      this.breaker.close();
      this.leaseBreaker.close(); // a new connection works again
      void this.probe.check();
    });
    shared.on('close', () => this.probe.probeSoon());
    shared.keepListeners();
    return shared;
  }

  private countConnectionsOf(client: Redis, connectFailed: () => void): void {
    const { counters, timings } = this.leases;
    const closeReason = () => (this.draining ? 'drained' : 'lost');
    countConnections(client, { counters, timings, closeReason, connectFailed }, this.clock);
  }

  private connectOptions(role: string): RedisClientOptions {
    return { ...connectOptions(role, this.options.connectTimeoutMs, this.clock), access: this.access };
  }
}
