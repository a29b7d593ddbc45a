import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { channel } from 'node:diagnostics_channel';
import type { CacheService } from '../../cache/cache.service';
import type { Pools } from '../../pools/pools.service';
import { FineHistogram } from '../load/fine-histogram';

/** What the service paid for a window of requests, and what its other callers saw meanwhile. */
export interface ServiceCost {
  /** CPU time of the process without the load generator's thread, for each request. */
  readonly cpuMsPerRequest: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopUtilization: number;
  readonly gcMs: number;
  /** Statements that were sent to PostgreSQL, by anybody. */
  readonly statements: number;
  readonly poolWaitMs: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Requests of others that were answered, and their p99. */
  readonly otherRequests: number;
  readonly otherP99Ms: number;
}

interface EndedRequest {
  readonly requestId: string;
  readonly durationMs: number | undefined;
}

/** Measures the process from `start` on; `stop` says what came since. */
export class CostMeter {
  private readonly delay = monitorEventLoopDelay({ resolution: 1 });
  private readonly others = new FineHistogram();
  private readonly collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) this.gcMs += duration;
  });
  private readonly requestEnds = channel('tracing:performance-gateway:http:request:asyncEnd');
  private readonly queryStarts = channel('tracing:performance-gateway:pools:query:start');
  private gcMs = 0;
  private statements = 0;
  private cpu = process.cpuUsage();
  private loop = performance.eventLoopUtilization();
  private before = { waitMs: 0, hits: 0, misses: 0 };

  /** `isOwn` tells the requests of the benchmark from those of others by their `X-Request-Id`. */
  constructor(
    private readonly pools: Pools,
    private readonly caches: CacheService,
    private readonly isOwn: (requestId: string) => boolean,
  ) {}

  start(): void {
    this.before = this.sums();
    this.requestEnds.subscribe(this.onRequest);
    this.queryStarts.subscribe(this.onQuery);
    this.collections.observe({ entryTypes: ['gc'] });
    this.delay.enable();
    this.loop = performance.eventLoopUtilization();
    this.cpu = process.cpuUsage();
  }

  stop(requests: number, generatorCpuMs: number): ServiceCost {
    const { user, system } = process.cpuUsage(this.cpu);
    const { utilization } = performance.eventLoopUtilization(this.loop);
    this.end();
    const { waitMs, hits, misses } = this.sums();
    const cpuMs = Math.max(0, (user + system) / 1_000 - generatorCpuMs);
    return {
      cpuMsPerRequest: requests === 0 ? 0 : cpuMs / requests,
      eventLoopDelayP99Ms: this.delay.percentile(99) / 1e6,
      eventLoopUtilization: utilization,
      gcMs: this.gcMs,
      statements: this.statements,
      poolWaitMs: waitMs - this.before.waitMs,
      cacheHits: hits - this.before.hits,
      cacheMisses: misses - this.before.misses,
      otherRequests: this.others.count,
      otherP99Ms: this.others.quantileMs(0.99),
    };
  }

  /** Stops measuring; also after a run that failed. */
  end(): void {
    this.requestEnds.unsubscribe(this.onRequest);
    this.queryStarts.unsubscribe(this.onQuery);
    this.collections.disconnect();
    this.delay.disable();
  }

  private readonly onRequest = (message: unknown) => {
    const { requestId, durationMs } = message as EndedRequest;
    if (durationMs !== undefined && !this.isOwn(requestId)) this.others.record(durationMs);
  };

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
