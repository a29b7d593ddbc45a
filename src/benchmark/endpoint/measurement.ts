import type { CacheService } from '../../cache/cache.service';
import type { Pools } from '../../pools/pools.service';
import type { Arrivals } from '../load/arrivals';
import { FineHistogram } from '../load/fine-histogram';
import { generateLoad } from '../load/load-generator';
import type { ClosedLoop, LoadFigures } from '../load/load-plan';
import { errorShare, invalidReason } from '../load/load-verdict';
import type { PhaseFigures, ScenarioContext } from '../scenario';
import type { EndpointParameters, RequestOfMix } from './endpoint-parameters';
import { type EndpointTarget, SELF } from './endpoint-target';
import { CostMeter, type ServiceCost } from './service-cost';

/** One load that was offered, and whether its figures count. */
export interface MeasuredLoad {
  readonly phase: PhaseFigures;
  readonly errorShare: number;
  readonly invalid: string | undefined;
}

type Settings = Pick<EndpointParameters, 'target' | 'timeoutMs' | 'connections' | 'seed'>;

/** Offers loads to one target and says what came of each, and what it cost where the target is this service. */
export class Measurement {
  private loads = 0;

  constructor(
    private readonly target: EndpointTarget,
    private readonly settings: Settings,
    private readonly context: ScenarioContext,
    private readonly pools: Pools,
    private readonly caches: CacheService,
  ) {}

  /** `name` is what the run says it is at; one load follows the other. */
  async offer(
    name: string,
    requests: readonly RequestOfMix[],
    arrivals: Arrivals | ClosedLoop,
    warmUpMs: number,
    durationMs: number,
  ): Promise<MeasuredLoad> {
    const { target, settings, context } = this;
    const requestId = `benchmark-${context.runId}-${++this.loads}`;
    const meter = new CostMeter(this.pools, this.caches, (id) => id.startsWith(`benchmark-${context.runId}`));
    const plan = {
      origin: target.origin,
      requests: requests.map(({ path, headers, body, ...request }) => ({
        ...request,
        ...(body !== undefined && { body }),
        path: target.basePath + path,
        headers: { 'x-request-id': requestId, ...headers },
      })),
      arrivals,
      warmUpMs,
      durationMs,
      timeoutMs: settings.timeoutMs,
      connections: settings.connections,
      seed: settings.seed,
    };
    context.progress(name, 0);
    const onInterim = (_: LoadFigures, elapsedMs: number) =>
      context.progress(name, Math.min(1, elapsedMs / durationMs));
    const timer = setTimeout(() => meter.start(), warmUpMs);
    try {
      const figures = await generateLoad(plan, { signal: context.signal, onInterim });
      const cost = settings.target === SELF ? meter.stop(figures.sent, figures.generatorCpuMs) : undefined;
      return { phase: phaseOf(figures, cost), errorShare: errorShare(figures), invalid: invalidReason(figures) };
    } finally {
      clearTimeout(timer);
      meter.end();
    }
  }
}

function phaseOf(figures: LoadFigures, cost: ServiceCost | undefined): PhaseFigures {
  const histogram = FineHistogram.from(figures.latency);
  const late = FineHistogram.from(figures.lateness);
  return {
    operations: figures.sent,
    durationMs: figures.durationMs,
    perSecond: figures.durationMs === 0 ? 0 : (figures.sent / figures.durationMs) * 1_000,
    latency: {
      count: histogram.count,
      meanMs: histogram.meanMs,
      p50Ms: histogram.quantileMs(0.5),
      p95Ms: histogram.quantileMs(0.95),
      p99Ms: histogram.quantileMs(0.99),
      p999Ms: histogram.quantileMs(0.999),
      p9999Ms: histogram.quantileMs(0.9999),
      maxMs: histogram.maxMs,
    },
    histogram: figures.latency,
    details: {
      ...named('status', figures.statuses),
      ...named('failed:', figures.failures),
      errorShare: errorShare(figures),
      bytes: figures.bytes,
      lateP99Ms: late.quantileMs(0.99),
      ...cost,
    },
  };
}

function named(prefix: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [prefix + name, count]));
}
