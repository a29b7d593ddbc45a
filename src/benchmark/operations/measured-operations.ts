import type { CacheService } from '../../cache/cache.service';
import type { Pools } from '../../pools/pools.service';
import { CostMeter, type ServiceCost } from '../cost/service-cost';
import type { FineHistogram } from '../load/fine-histogram';
import type { InterimFigures, PhaseFigures, PhaseSlice, ScenarioContext } from '../scenario';
import { type Operation, OperationTally, timedLoop } from './timed-loop';

/** More failures than this share make figures doubtful: what fails is quicker or slower than what does not. */
const MAX_FAILED_SHARE = 0.001;

/** Into so many turns a phase is cut that is measured alone: as many slices have its scatter. */
const TURNS = 10;

/** One kind of operation, measured in turns with others, and what all of its turns came to. */
export class MeasuredOperations {
  private readonly tally = new OperationTally();
  private readonly slices: PhaseSlice[] = [];
  private readonly cost: CostMeter;

  constructor(
    private readonly operation: Operation,
    private readonly callers: number,
    private readonly context: Pick<ScenarioContext, 'runId' | 'signal'>,
    pools: Pools,
    caches: CacheService,
  ) {
    this.cost = new CostMeter(pools, caches, context.runId);
  }

  /** Not measured: until compilers and connections have settled. */
  async warmUp(durationMs: number): Promise<void> {
    await timedLoop(this.operation, { callers: this.callers, durationMs, signal: this.context.signal });
  }

  /** One more turn. @throws the reason of the signal */
  async turn(durationMs: number): Promise<PhaseSlice> {
    const { callers, tally, context } = this;
    this.cost.start();
    const turn = await timedLoop(this.operation, {
      callers,
      durationMs,
      signal: context.signal,
      from: tally.operations,
    }).finally(() => this.cost.pause());
    tally.add(turn);
    const slice = sliceOf(turn.latency);
    this.slices.push(slice);
    return slice;
  }

  /** So long, in turns. `progress` is told after each of them. */
  async measure(durationMs: number, progress: (ratio: number, interim: InterimFigures) => void): Promise<void> {
    for (let turn = 1; turn <= TURNS; turn++) {
      await this.turn(durationMs / TURNS);
      progress(turn / TURNS, this.interim());
    }
  }

  interim(): InterimFigures {
    const { operations, durationMs, latency, failedShare } = this.tally;
    return {
      operations,
      perSecond: durationMs === 0 ? 0 : (operations / durationMs) * 1_000,
      p50Ms: latency.quantileMs(0.5),
      p99Ms: latency.quantileMs(0.99),
      errorShare: failedShare,
    };
  }

  figures(): PhaseFigures & { readonly details: ServiceCost } {
    const { operations, durationMs, latency, failures, failedShare } = this.tally;
    return {
      operations,
      durationMs,
      perSecond: durationMs === 0 ? 0 : (operations / durationMs) * 1_000,
      latency: latency.summary(),
      histogram: latency.toCounts(),
      slices: this.slices,
      details: {
        ...Object.fromEntries(Object.entries(failures).map(([code, count]) => [`failed:${code}`, count])),
        errorShare: failedShare,
        ...this.cost.figures(operations),
      },
    };
  }

  /** Why the figures do not count; undefined where they do. */
  get invalid(): string | undefined {
    const { failures, failedShare } = this.tally;
    if (failedShare <= MAX_FAILED_SHARE) return undefined;
    return `invalid: ${(failedShare * 100).toFixed(1)} % of the operations failed (${Object.keys(failures).join(', ')})`;
  }
}

/** What one slice of the measured time came to. */
export const sliceOf = (latency: FineHistogram): PhaseSlice => ({
  meanMs: latency.meanMs,
  p99Ms: latency.quantileMs(0.99),
});
