import { Injectable } from '@nestjs/common';
import { CacheService } from '../../cache/cache.service';
import { Pools } from '../../pools/pools.service';
import { BenchmarkRequirementError } from '../benchmark.errors';
import { MeasuredOperations } from '../operations/measured-operations';
import { BenchmarkScenario, type PhaseFigures, type ScenarioContext, type ScenarioOutcome } from '../scenario';
import { CacheCases } from './cache-cases';
import { cacheParameters, type CacheParameters } from './cache-parameters';

/** What the cache itself costs: hits, hits in Redis, misses, sets and stampedes, with values of several sizes. */
@BenchmarkScenario()
@Injectable()
export class CacheScenario implements BenchmarkScenario<CacheParameters> {
  readonly name = 'cache';
  readonly description = 'Hits, hits in Redis, misses, sets and stampedes of the cache, with values of several sizes';
  readonly parameters = cacheParameters;
  readonly requires = [] as const;

  constructor(
    private readonly pools: Pools,
    private readonly caches: CacheService,
  ) {}

  /** @throws BenchmarkRequirementError where Redis is asked for and there is none */
  check({ cases, redis }: CacheParameters): void {
    const needed = redis || cases.includes('redis-hit');
    if (needed && this.pools.redis.state === 'not_configured') throw new BenchmarkRequirementError(this.name, 'redis');
  }

  async run(parameters: CacheParameters, context: ScenarioContext): Promise<ScenarioOutcome> {
    const phases: Record<string, PhaseFigures> = {};
    let invalid: string | undefined;
    for (const valueBytes of parameters.valueBytes) {
      const cases = new CacheCases(this.caches, parameters, valueBytes, context.runId);
      for (const name of parameters.cases) {
        const phase = `${name} ${valueBytes} B`;
        const prepared = await cases.prepare(name);
        try {
          const { callers, warmUpSeconds, durationSeconds } = parameters;
          const measured = new MeasuredOperations(prepared.operation, callers, context, this.pools, this.caches);
          context.progress(phase, 0);
          await measured.warmUp(warmUpSeconds * 1_000);
          prepared.loads.count = 0;
          await measured.measure(durationSeconds * 1_000, (ratio, interim) => context.progress(phase, ratio, interim));
          const figures = measured.figures();
          phases[phase] = { ...figures, details: { ...figures.details, loads: prepared.loads.count } };
          invalid ??= measured.invalid;
        } finally {
          await prepared.clear();
        }
      }
    }
    return { results: {}, phases, ...(invalid !== undefined && { invalid }) };
  }
}
