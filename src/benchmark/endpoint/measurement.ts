import type { CacheService } from '../../cache/cache.service';
import type { Pools } from '../../pools/pools.service';
import type { Arrivals } from '../load/arrivals';
import { FineHistogram } from '../load/fine-histogram';
import { generateLoad } from '../load/load-generator';
import type { ClosedLoop, LoadFigures } from '../load/load-plan';
import { errorShare, invalidReason } from '../load/load-verdict';
import type { InterimFigures, PhaseFigures, ScenarioContext } from '../scenario';
import type { EndpointParameters, RequestOfMix } from './endpoint-parameters';
import { type EndpointTarget, SELF } from './endpoint-target';
import { ownRequestId } from '../cost/neighbour-times';
import { CostMeter, type ServiceCost } from '../cost/service-cost';

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
    const requestId = `${ownRequestId(context.runId)}-${++this.loads}`;
    const meter = new CostMeter(this.pools, this.caches, context.runId);
    const plan = {
      origin: target.origin,
      requests: requests.map(({ path, headers, body, ...request }) => ({
        ...request,
        ...(body !== undefined && { body }),
        path: target.basePath + path,
        headers: { ...withoutRequestId(headers), 'x-request-id': requestId },
      })),
      arrivals,
      warmUpMs,
      durationMs,
      timeoutMs: settings.timeoutMs,
      connections: settings.connections,
      seed: settings.seed,
    };
    context.progress(name, 0);
    const onInterim = (figures: LoadFigures, elapsedMs: number) =>
      context.progress(name, Math.min(1, elapsedMs / durationMs), interimOf(figures));
    try {
      const figures = await generateLoad(plan, { signal: context.signal, onMeasuring: () => meter.start(), onInterim });
      meter.pause();
      const cost = settings.target === SELF ? meter.figures(figures.sent, figures.generatorCpuMs) : undefined;
      return { phase: phaseOf(figures, cost), errorShare: errorShare(figures), invalid: invalidReason(figures) };
    } finally {
      meter.pause();
    }
  }
}

function interimOf(figures: LoadFigures): InterimFigures {
  const { sent: operations, durationMs } = figures;
  const latency = FineHistogram.from(figures.latency);
  return {
    operations,
    perSecond: durationMs === 0 ? 0 : (operations / durationMs) * 1_000,
    p50Ms: latency.quantileMs(0.5),
    p99Ms: latency.quantileMs(0.99),
    errorShare: errorShare(figures),
  };
}

function phaseOf(figures: LoadFigures, cost: ServiceCost | undefined): PhaseFigures {
  const histogram = FineHistogram.from(figures.latency);
  const late = FineHistogram.from(figures.lateness);
  return {
    operations: figures.sent,
    durationMs: figures.durationMs,
    perSecond: figures.durationMs === 0 ? 0 : (figures.sent / figures.durationMs) * 1_000,
    latency: histogram.summary(),
    histogram: figures.latency,
    slices: figures.slices,
    details: {
      ...named('status', figures.statuses),
      ...named('failed:', figures.failures),
      errorShare: errorShare(figures),
      bytes: figures.bytes,
      lateP99Ms: late.quantileMs(0.99),
      ...(cost !== undefined && { ...cost, generatorCpuMs: figures.generatorCpuMs }),
    },
  };
}

function named(prefix: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [prefix + name, count]));
}

/** By it the requests of a run are told from those of others. */
function withoutRequestId(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'x-request-id'));
}
