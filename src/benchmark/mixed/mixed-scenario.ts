import { performance } from 'node:perf_hooks';
import { Injectable, Logger } from '@nestjs/common';
import { CacheService } from '../../cache/cache.service';
import { Pools } from '../../pools/pools.service';
import { BenchmarkRequirementError, BenchmarkTargetError } from '../benchmark.errors';
import { BenchTable } from '../cached-read/bench-table';
import { MeasuredOperations } from '../operations/measured-operations';
import { type Operation, OperationTally } from '../operations/timed-loop';
import { BenchmarkScenario, type PhaseFigures, type ScenarioContext, type ScenarioOutcome } from '../scenario';
import { seededRandom } from '../seeded-random';
import { zipfKeys } from '../zipf';
import { type MixedKind, mixedParameters, type MixedParameters } from './mixed-parameters';

const TIMEOUT_MS = 5_000;
/** So many popular keys are drawn in advance, and then again from the first. */
const DRAWN_KEYS = 100_000;

/** All that a service does, at the same time: reads through the cache, statements, commands, requests and searches. */
@BenchmarkScenario()
@Injectable()
export class MixedScenario implements BenchmarkScenario<MixedParameters> {
  readonly name = 'mixed';
  readonly description = 'Cache, PostgreSQL, Redis, HTTP and Qdrant at the same time, in proportions of your own';
  readonly parameters = mixedParameters;
  readonly requires = [] as const;
  private readonly logger = new Logger(MixedScenario.name);

  constructor(
    private readonly pools: Pools,
    private readonly caches: CacheService,
  ) {}

  /** @throws BenchmarkRequirementError for a part whose pool is not configured, BenchmarkTargetError */
  check({ weights, upstream }: MixedParameters): void {
    for (const kind of ['postgres', 'redis', 'http', 'qdrant'] as const) {
      const missing = weights[kind] > 0 && this.pools[kind].state === 'not_configured';
      if (missing) throw new BenchmarkRequirementError(this.name, kind, `parameters.weights.${kind} to 0`);
    }
    const { http } = this.pools;
    if (weights.http > 0 && upstream !== undefined && !http.upstreams.includes(upstream)) {
      throw new BenchmarkTargetError(`"${upstream}" is no upstream: it is one of ${http.upstreams.join(', ')}.`);
    }
  }

  async run(parameters: MixedParameters, context: ScenarioContext): Promise<ScenarioOutcome> {
    const { weights, rows, cacheEntries } = parameters;
    const table = weights.postgres > 0 ? new BenchTable(this.pools.postgres, context.runId) : undefined;
    const cache = this.caches.namespace('benchmark-mixed', {
      tiers: ['memory'],
      lock: false,
      maxEntries: cacheEntries,
    });
    try {
      context.progress('filling the table', 0);
      await table?.create(rows, context.signal);
      return await this.measure(this.operations(parameters, context.runId, table, cache), parameters, context);
    } finally {
      await cache.clear();
      await table
        ?.drop()
        .catch((error: unknown) => this.logger.warn(`The table of run ${context.runId} stays: ${error}`));
    }
  }

  private operations(
    { rows, zipfExponent: s, seed, upstream, path }: MixedParameters,
    runId: string,
    table: BenchTable | undefined,
    cache: ReturnType<CacheService['namespace']>,
  ): Record<MixedKind, Operation> {
    const { postgres, redis, http, qdrant } = this.pools;
    const keys = zipfKeys({ keys: rows, s, length: DRAWN_KEYS, seed, stream: 0 });
    const key = (n: number) => keys[n % DRAWN_KEYS]!;
    const row = async (id: number) =>
      table === undefined ? { id } : (await postgres.query(table.select, [id], { timeoutMs: TIMEOUT_MS })).rows[0];
    const target = `${upstream ?? http.upstreams[0] ?? ''}:${path}`;
    return {
      cache: (n) => cache.getOrSet(`${runId}:${key(n)}`, () => row(key(n))),
      postgres: (n) => row(key(n)),
      redis: (n) => redis.client.get(`benchmark:${runId}:${key(n)}`),
      http: () => http.request(target, { totalTimeoutMs: TIMEOUT_MS }),
      qdrant: () => qdrant.use((client) => client.getCollections(), { totalTimeoutMs: TIMEOUT_MS }),
    };
  }

  private async measure(
    operations: Readonly<Record<MixedKind, Operation>>,
    { weights, seed, callers, warmUpSeconds, durationSeconds }: MixedParameters,
    context: ScenarioContext,
  ): Promise<ScenarioOutcome> {
    const kinds = (Object.keys(operations) as MixedKind[]).filter((kind) => weights[kind] > 0);
    const tallies = new Map(kinds.map((kind) => [kind, new OperationTally()]));
    const draw = drawing(kinds, weights, seed);
    let counting = false;
    const mixed: Operation = async (n) => {
      const kind = draw();
      const tally = tallies.get(kind)!;
      const startMs = performance.now();
      try {
        await operations[kind](n);
        if (counting) tally.record(performance.now() - startMs);
      } catch (error) {
        if (counting) tally.recordFailure(performance.now() - startMs, error);
        throw error;
      }
    };
    const all = new MeasuredOperations(mixed, callers, context, this.pools, this.caches);
    context.progress('warm-up', 0);
    await all.warmUp(warmUpSeconds * 1_000);
    counting = true;
    await all.measure(durationSeconds * 1_000, (ratio, interim) => context.progress('mixed', ratio, interim));
    const whole = all.figures();
    const phases = [...tallies].map(([kind, tally]) => [kind, ofKind(tally, whole.durationMs)] as const);
    const { invalid } = all;
    return {
      results: {},
      phases: { mixed: whole, ...Object.fromEntries(phases) },
      ...(invalid !== undefined && { invalid }),
    };
  }
}

function ofKind({ operations, latency, failures, failedShare }: OperationTally, durationMs: number): PhaseFigures {
  return {
    operations,
    durationMs,
    perSecond: (operations / durationMs) * 1_000,
    latency: latency.summary(),
    histogram: latency.toCounts(),
    details: {
      ...Object.fromEntries(Object.entries(failures).map(([code, count]) => [`failed:${code}`, count])),
      errorShare: failedShare,
    },
  };
}

/** Draws kinds in proportion to their weights, the same ones for the same seed. */
function drawing(kinds: readonly MixedKind[], weights: MixedParameters['weights'], seed: number): () => MixedKind {
  const total = kinds.reduce((sum, kind) => sum + weights[kind], 0);
  const random = seededRandom(seed);
  return () => {
    let point = random() * total;
    return kinds.find((kind) => (point -= weights[kind]) < 0) ?? kinds.at(-1)!;
  };
}
