import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { channel } from 'node:diagnostics_channel';
import type { CacheService } from '../../cache/cache.service';
import type { Pools } from '../../pools/pools.service';
import { NeighbourTimes } from './neighbour-times';

/** What the service paid for a window of requests or operations, and what its other callers saw meanwhile. */
export interface ServiceCost {
  /** CPU time of the process without the load generator's thread, for each request or operation. */
  readonly cpuMsPerRequest: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopUtilization: number;
  readonly gcMs: number;
  /** Statements that were sent to PostgreSQL through the pool, by anybody. */
  readonly statements: number;
  readonly poolWaitMs: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Requests of others that were answered, and their p99. */
  readonly otherRequests: number;
  readonly otherP99Ms: number;
}

/** Measures the process from `start` to `pause`, as often as that is, and says what all of these windows came to. */
export class CostMeter {
  private readonly delay = monitorEventLoopDelay({ resolution: 1 });
  private readonly others: NeighbourTimes;
  private readonly collections = new PerformanceObserver((list) => this.collected(list.getEntries()));
  private readonly queryStarts = channel('tracing:performance-gateway:pools:query:start');
  private running = false;
  private readonly total = { cpuMs: 0, activeMs: 0, idleMs: 0, gcMs: 0, waitMs: 0, hits: 0, misses: 0 };
  private statements = 0;
  private cpu = process.cpuUsage();
  private loop = performance.eventLoopUtilization();
  private before = { waitMs: 0, hits: 0, misses: 0 };

  /** `runId`: whose requests are not those of others. */
  constructor(
    private readonly pools: Pools,
    private readonly caches: CacheService,
    runId: string,
  ) {
    this.others = new NeighbourTimes(runId);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.before = this.sums();
    this.others.start();
    this.queryStarts.subscribe(this.onQuery);
    this.collections.observe({ entryTypes: ['gc'] });
    this.delay.enable();
    this.loop = performance.eventLoopUtilization();
    this.cpu = process.cpuUsage();
  }

  /** Ends the window; also where none is under way. */
  pause(): void {
    if (!this.running) return;
    const { total } = this;
    const { user, system } = process.cpuUsage(this.cpu);
    const { active, idle } = performance.eventLoopUtilization(this.loop);
    const { waitMs, hits, misses } = this.sums();
    total.cpuMs += (user + system) / 1_000;
    total.activeMs += active;
    total.idleMs += idle;
    total.waitMs += waitMs - this.before.waitMs;
    total.hits += hits - this.before.hits;
    total.misses += misses - this.before.misses;
    this.collected(this.collections.takeRecords());
    this.others.stop();
    this.queryStarts.unsubscribe(this.onQuery);
    this.collections.disconnect();
    this.delay.disable();
    this.running = false;
  }

  /** What all windows came to, over so many requests; `generatorCpuMs` is what the load generator itself took of the CPU. */
  figures(requests: number, generatorCpuMs = 0): ServiceCost {
    const { cpuMs, activeMs, idleMs, gcMs, waitMs, hits, misses } = this.total;
    return {
      cpuMsPerRequest: requests === 0 ? 0 : Math.max(0, cpuMs - generatorCpuMs) / requests,
      eventLoopDelayP99Ms: this.delay.count === 0 ? 0 : this.delay.percentile(99) / 1e6,
      eventLoopUtilization: activeMs + idleMs === 0 ? 0 : activeMs / (activeMs + idleMs),
      gcMs,
      statements: this.statements,
      poolWaitMs: waitMs,
      cacheHits: hits,
      cacheMisses: misses,
      otherRequests: this.others.count,
      otherP99Ms: this.others.p99Ms,
    };
  }

  private collected(entries: readonly { readonly duration: number }[]): void {
    for (const { duration } of entries) this.total.gcMs += duration;
  }

  private readonly onQuery = () => this.statements++;

  private sums() {
    const pools = [this.pools.postgres, this.pools.redis, this.pools.http, this.pools.qdrant];
    const { namespaces } = this.caches.counts();
    return {
      waitMs: sum(pools.map((pool) => pool.counts().wait.sumMs)),
      hits: sum(namespaces.map(({ memory, redis }) => memory.hits + (redis?.hits ?? 0))),
      // What memory does not have is looked for in Redis, where there is one.
      misses: sum(namespaces.map(({ memory, redis }) => (redis ?? memory).misses)),
    };
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
