import { Injectable } from '@nestjs/common';
import { CacheService } from '../../cache/cache.service';
import { Pools } from '../../pools/pools.service';
import type { MeasureOptions, PhaseFigures, ScenarioContext } from '../scenario';
import { MeasuredOperations } from './measured-operations';
import type { Operation } from './timed-loop';

/** Measures operations for scenarios: latencies, throughput, what they cost the service. */
@Injectable()
export class OperationMeter {
  constructor(
    private readonly pools: Pools,
    private readonly caches: CacheService,
  ) {}

  /** One after the other in turns of a tenth of the time. @throws the reason of the signal */
  async measure(
    context: Pick<ScenarioContext, 'runId' | 'signal' | 'progress'>,
    phase: string,
    operation: Operation,
    { callers = 1, durationMs, warmUpMs = 0 }: MeasureOptions,
  ): Promise<PhaseFigures> {
    const measured = new MeasuredOperations(operation, callers, context, this.pools, this.caches);
    context.progress(phase, 0);
    if (warmUpMs > 0) await measured.warmUp(warmUpMs);
    await measured.measure(durationMs, (ratio, interim) => context.progress(phase, ratio, interim));
    return measured.figures();
  }
}
