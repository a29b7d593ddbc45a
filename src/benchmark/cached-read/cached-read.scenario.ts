import { Injectable, Logger } from '@nestjs/common';
import type { CacheNamespace } from '../../cache/cache.namespace';
import { CacheService } from '../../cache/cache.service';
import { Clock } from '../../common/clock';
import { Pools } from '../../pools/pools.service';
import { closedLoop, type LoopFigures } from '../closed-loop';
import { atLeast, type BenchmarkScenario, type ScenarioContext, type ScenarioOutcome } from '../scenario';
import { zipfKeys } from '../zipf';
import { BenchTable } from './bench-table';
import { type CachedReadParameters, cachedReadParameters } from './cached-read.parameters';
import { CountedCache, CountedReads } from './counted-reads';
import { type StatementCounter, statementCounter } from './statement-counter';

/** What the service promises of its cache on this load. */
const TARGETS = { hitRate: 0.8, responseTimeReduction: 0.5, throughputGain: 2, databaseLoadReduction: 0.3 };

const NAMESPACE = 'benchmark';
/** Warm-up draws from the same popularity, but is another sequence than the measured one. */
const MEASURED = 0;
const WARM_UP = 1;
const WARM_UP_SHARE = 0.2;

interface Phase {
  readonly figures: LoopFigures;
  readonly misses: number;
  readonly queries: number;
}

/**
 * The same reads by primary key twice: each one from PostgreSQL, then through a cache that can hold a part of the rows.
 * The popularity of the rows follows Zipf's law, as that of real objects does.
 */
@Injectable()
export class CachedReadScenario implements BenchmarkScenario<CachedReadParameters> {
  readonly name = 'cached-read';
  readonly description = 'Reads by primary key of unevenly popular rows, from PostgreSQL and through the cache';
  readonly parameters = cachedReadParameters;
  private readonly logger = new Logger(CachedReadScenario.name);

  constructor(
    private readonly pools: Pools,
    private readonly caches: CacheService,
    private readonly clock: Clock,
  ) {}

  async run(parameters: CachedReadParameters, context: ScenarioContext): Promise<ScenarioOutcome> {
    const { postgres } = this.pools;
    const table = new BenchTable(postgres, context.runId);
    // Memory alone: Redis would hold every row, and the bound is the point. Nobody else loads these keys.
    const cache = this.caches.namespace(NAMESPACE, {
      tiers: ['memory'],
      lock: false,
      maxEntries: parameters.cacheEntries,
    });
    try {
      context.progress('filling the table', 0);
      await table.create(parameters.rows, context.signal);
      const counter = await statementCounter(postgres, table, this.clock);
      return await this.compare(parameters, context, { table, cache, counter });
    } finally {
      await cache.clear();
      // Also when the run was cancelled, so without its signal; what fails here is found by the next start.
      await table
        .drop()
        .catch((error: unknown) => this.logger.warn(`The table of run ${context.runId} stays: ${error}`));
    }
  }

  async removeLeftovers(): Promise<void> {
    const dropped = await BenchTable.dropLeftovers(this.pools.postgres);
    if (dropped.length > 0) this.logger.warn(`Dropped what killed runs had left: ${dropped.join(', ')}`);
  }

  private async compare(
    parameters: CachedReadParameters,
    context: ScenarioContext,
    { table, cache, counter }: { table: BenchTable; cache: CacheNamespace; counter: StatementCounter },
  ): Promise<ScenarioOutcome> {
    const source = new CountedReads(this.pools.postgres, table.select, `bench_${context.runId}`);
    const through = new CountedCache(cache, context.runId, (id) => source.read(id));
    const measure = (name: string, operation: (id: number) => Promise<unknown>, misses: () => number) =>
      this.phase({ name, operation, misses, parameters, context, counter, source });

    const without = await measure(
      'without cache',
      (id) => source.read(id),
      () => source.sent,
    );
    const withCache = await measure(
      'with cache',
      (id) => through.read(id),
      () => through.misses,
    );
    return outcome(without, withCache, counter.source);
  }

  private async phase(phase: {
    readonly name: string;
    readonly operation: (id: number) => Promise<unknown>;
    /** Reads so far that had to wait for PostgreSQL. */
    readonly misses: () => number;
    readonly parameters: CachedReadParameters;
    readonly context: ScenarioContext;
    readonly counter: StatementCounter;
    readonly source: CountedReads;
  }): Promise<Phase> {
    const { name, operation, misses, counter, source, context } = phase;
    const { rows, reads, concurrency, zipfExponent, seed } = phase.parameters;
    const loop = (what: string, stream: number, length: number) =>
      closedLoop({
        keys: zipfKeys({ keys: rows, s: zipfExponent, length, seed, stream }),
        concurrency,
        operation,
        signal: context.signal,
        clock: this.clock,
        onProgress: (done) => context.progress(what, done / length),
      });
    await loop(`${name}: warm-up`, WARM_UP, Math.ceil(reads * WARM_UP_SHARE));
    const missesBefore = misses();
    const queriesBefore = await counter.read(source.sent);
    const figures = await loop(name, MEASURED, reads);
    return {
      figures,
      misses: misses() - missesBefore,
      queries: (await counter.read(source.sent)) - queriesBefore,
    };
  }
}

function outcome(without: Phase, withCache: Phase, countedBy: StatementCounter['source']): ScenarioOutcome {
  const reads = withCache.figures.operations;
  const figures = ({ figures: own, queries, misses }: Phase) => ({ ...own, details: { queries, misses, countedBy } });
  return {
    results: {
      hitRate: atLeast(TARGETS.hitRate, 1 - withCache.misses / reads),
      responseTimeReduction: atLeast(
        TARGETS.responseTimeReduction,
        1 - withCache.figures.latency.meanMs / without.figures.latency.meanMs,
      ),
      throughputGain: atLeast(TARGETS.throughputGain, withCache.figures.perSecond / without.figures.perSecond),
      databaseLoadReduction: atLeast(TARGETS.databaseLoadReduction, 1 - withCache.queries / without.queries),
    },
    phases: { withoutCache: figures(without), withCache: figures(withCache) },
  };
}
