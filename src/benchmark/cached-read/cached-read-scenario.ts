import { Injectable, Logger } from '@nestjs/common';
import type { CacheNamespace } from '../../cache/cache-namespace';
import { CacheService } from '../../cache/cache.service';
import { Clock } from '../../common/clock';
import { Pools } from '../../pools/pools.service';
import { closedLoop } from '../closed-loop';
import { atLeast, BenchmarkScenario, type ScenarioContext, type ScenarioOutcome } from '../scenario';
import { zipfKeys } from '../zipf';
import { BenchTable } from './bench-table';
import { type CachedReadParameters, cachedReadParameters } from './cached-read-parameters';
import { CountedCache, CountedReads } from './counted-reads';
import { ReadPhase } from './read-phase';
import { type StatementCounter, statementCounter } from './statement-counter';

/** What the service promises of its cache on this load. */
const TARGETS = { hitRate: 0.8, responseTimeReduction: 0.5, throughputGain: 2, databaseLoadReduction: 0.3 };

const NAMESPACE = 'benchmark';
/** Warm-up draws from the same popularity, but is another sequence than the measured one. */
const MEASURED = 0;
const WARM_UP = 1;
const WARM_UP_SHARE = 0.2;
const TURNS = 10;

/**
 * The same reads by primary key twice: each one from PostgreSQL, then through a cache that can hold a part of the rows.
 * The popularity of the rows follows Zipf's law, as that of real objects does.
 */
@BenchmarkScenario()
@Injectable()
export class CachedReadScenario implements BenchmarkScenario<CachedReadParameters> {
  readonly name = 'cached-read';
  readonly description = 'Reads by primary key of unevenly popular rows, from PostgreSQL and through the cache';
  readonly parameters = cachedReadParameters;
  readonly requires = ['postgres'] as const;
  private readonly logger = new Logger(CachedReadScenario.name);

  constructor(
    private readonly pools: Pools,
    private readonly caches: CacheService,
    private readonly clock: Clock,
  ) {}

  async run(parameters: CachedReadParameters, context: ScenarioContext): Promise<ScenarioOutcome> {
    const { postgres } = this.pools;
    const table = new BenchTable(postgres, context.runId);
    // Memory alone: Redis would hold every row, and this measures a bounded cache. No other process loads these keys.
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
      // Also when the run was cancelled, so without its signal; what stays is dropped at the next start.
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
    const without = new ReadPhase(
      (id) => source.read(id),
      () => source.sent,
    );
    const withCache = new ReadPhase(
      (id) => through.read(id),
      () => through.misses,
    );

    const { rows, reads, zipfExponent: s, seed } = parameters;
    const draw = (stream: number, length: number) => zipfKeys({ keys: rows, s, length, seed, stream });
    const loop = (phase: ReadPhase, keys: Int32Array, onProgress: (done: number) => void) =>
      closedLoop({
        keys,
        concurrency: parameters.concurrency,
        operation: phase.operation,
        signal: context.signal,
        clock: this.clock,
        onProgress,
      });

    const warmUp = draw(WARM_UP, Math.ceil(reads * WARM_UP_SHARE));
    for (const [name, phase] of [
      ['without cache: warm-up', without],
      ['with cache: warm-up', withCache],
    ] as const) {
      await loop(phase, warmUp, (done) => context.progress(name, done / warmUp.length));
    }
    const keys = draw(MEASURED, reads);
    let measured = 0;
    for (const [turn, slice] of slicesOf(keys).entries()) {
      for (const phase of turn % 2 === 0 ? [without, withCache] : [withCache, without]) {
        const misses = phase.misses();
        const queries = await counter.read(source.sent, context.signal);
        const figures = await loop(phase, slice, (done) =>
          context.progress('without and with cache in turns', (measured + done) / (2 * reads)),
        );
        measured += slice.length;
        phase.add(figures, phase.misses() - misses, (await counter.read(source.sent, context.signal)) - queries);
      }
    }
    return outcome(without, withCache, counter.source);
  }
}

/** Short turns in the order A B B A: whatever else the machine does falls on both alike. */
function slicesOf(keys: Int32Array): Int32Array[] {
  const length = Math.ceil(keys.length / TURNS);
  return Array.from({ length: Math.ceil(keys.length / length) }, (_, turn) =>
    keys.subarray(turn * length, (turn + 1) * length),
  );
}

function outcome(without: ReadPhase, withCache: ReadPhase, countedBy: StatementCounter['source']): ScenarioOutcome {
  if (without.queries === 0) throw new Error(`${countedBy} of PostgreSQL has counted none of the queries`);
  const [before, after] = [without.figures(countedBy), withCache.figures(countedBy)];
  return {
    results: {
      hitRate: atLeast(TARGETS.hitRate, 1 - withCache.missed / after.operations),
      responseTimeReduction: atLeast(TARGETS.responseTimeReduction, 1 - after.latency.meanMs / before.latency.meanMs),
      throughputGain: atLeast(TARGETS.throughputGain, after.perSecond / before.perSecond),
      databaseLoadReduction: atLeast(TARGETS.databaseLoadReduction, 1 - withCache.queries / without.queries),
    },
    phases: { withoutCache: before, withCache: after },
  };
}
