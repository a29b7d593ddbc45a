import { Injectable } from '@nestjs/common';
import { CacheService } from '../../cache/cache.service';
import { Clock } from '../../common/clock';
import { Pools } from '../../pools/pools.service';
import type { ClosedLoop, PlannedRequest } from '../load/load-plan';
import { findKnee, type Knee } from '../load/knee';
import type { Arrivals } from '../load/arrivals';
import { BenchmarkScenario, type PhaseFigures, type ScenarioContext, type ScenarioOutcome } from '../scenario';
import { ratioOf, ratioVerdict } from '../statistics/interval';
import { fitScalability, type ScalabilityFit, type ThroughputPoint } from '../statistics/scalability-law';
import { type EndpointParameters, endpointParameters, type RequestOfMix } from './endpoint-parameters';
import { EndpointTargets } from './endpoint-target';
import { type MeasuredLoad, Measurement } from './measurement';

type LoadOf<Kind extends EndpointParameters['load']['kind']> = Extract<EndpointParameters['load'], { kind: Kind }>;

const KNEE_TRIAL_MS = 2_000;
const KNEE_CONFIRMATION_MS = 5_000;
const KNEE_WARM_UP_MS = 300;
/** A search that has taken this long ends with what it has (ms). */
const KNEE_TIME_MS = 120_000;
/** Each phase of a comparison is this long at least: shorter ones hold too few requests. */
const COMPARED_MS = 500;

/** Requests to a route of this service or to an upstream: latencies, the knee, throughput by callers, or A against B. */
@BenchmarkScenario()
@Injectable()
export class EndpointScenario implements BenchmarkScenario<EndpointParameters> {
  readonly name = 'endpoint';
  readonly description =
    'HTTP requests to a route of this service or to a configured upstream, at a rate or by callers';
  readonly parameters = endpointParameters;
  readonly requires = [] as const;

  constructor(
    private readonly targets: EndpointTargets,
    private readonly pools: Pools,
    private readonly caches: CacheService,
    private readonly clock: Clock,
  ) {}

  check(parameters: EndpointParameters): void {
    this.targets.find(
      parameters.target,
      allRequests(parameters).map(({ path }) => path),
    );
  }

  shown(parameters: EndpointParameters): Readonly<Record<string, unknown>> {
    const { load } = parameters;
    return {
      ...parameters,
      requests: parameters.requests.map(withoutHeaderValues),
      load: load.kind === 'compare' ? { ...load, against: load.against.map(withoutHeaderValues) } : load,
    };
  }

  async run(parameters: EndpointParameters, context: ScenarioContext): Promise<ScenarioOutcome> {
    const { load } = parameters;
    const target = this.targets.find(
      parameters.target,
      allRequests(parameters).map(({ path }) => path),
    );
    const measurement = new Measurement(target, parameters, context, this.pools, this.caches);
    switch (load.kind) {
      case 'rate':
        return this.once(measurement, parameters, {
          kind: load.arrivals,
          perSecond: load.perSecond,
          seed: parameters.seed,
        });
      case 'callers':
        return this.once(measurement, parameters, { kind: 'closed', callers: load.callers });
      case 'knee':
        return this.knee(measurement, load, parameters);
      case 'scalability':
        return this.scalability(measurement, load, parameters);
      case 'compare':
        return this.compare(measurement, load, parameters);
    }
  }

  private async once(
    measurement: Measurement,
    { requests, warmUpSeconds, durationSeconds }: EndpointParameters,
    arrivals: Arrivals | ClosedLoop,
  ): Promise<ScenarioOutcome> {
    const measured = await measurement.offer(
      'load',
      requests,
      arrivals,
      warmUpSeconds * 1_000,
      durationSeconds * 1_000,
    );
    return { results: {}, phases: { load: measured.phase }, ...invalid([measured]) };
  }

  private async knee(
    measurement: Measurement,
    load: LoadOf<'knee'>,
    { requests, seed }: EndpointParameters,
  ): Promise<ScenarioOutcome> {
    const untilMs = this.clock.monotonic() + KNEE_TIME_MS;
    const measured: MeasuredLoad[] = [];
    let best: PhaseFigures | undefined;
    const knee = await findKnee({
      from: load.fromPerSecond,
      to: load.toPerSecond,
      timeLeft: () => this.clock.monotonic() < untilMs,
      trial: async (perSecond, confirming) => {
        const arrivals = { kind: load.arrivals, perSecond, seed: seed + measured.length };
        const ms = confirming ? KNEE_CONFIRMATION_MS : KNEE_TRIAL_MS;
        const what = `${confirming ? 'confirming' : 'trying'} ${perSecond.toFixed(0)} per second`;
        const trial = await measurement.offer(what, requests, arrivals, KNEE_WARM_UP_MS, ms);
        measured.push(trial);
        if (trial.invalid !== undefined) return undefined;
        const held = trial.phase.latency.p99Ms <= load.p99Ms && trial.errorShare <= load.maxErrorShare;
        if (held && confirming) best = trial.phase;
        return held;
      },
    });
    return {
      results: {},
      phases: best === undefined ? {} : { knee: best },
      estimates: { kneePerSecond: knee.perSecond ?? null, trials: knee.trials.length },
      verdict: kneeInWords(knee, load),
    };
  }

  private async scalability(
    measurement: Measurement,
    load: LoadOf<'scalability'>,
    { requests, warmUpSeconds, durationSeconds }: EndpointParameters,
  ): Promise<ScenarioOutcome> {
    const phases: Record<string, PhaseFigures> = {};
    const points: ThroughputPoint[] = [];
    const steps: MeasuredLoad[] = [];
    for (const callers of load.callers) {
      const arrivals = { kind: 'closed', callers } as const;
      const name = `callers${callers}`;
      const step = await measurement.offer(name, requests, arrivals, warmUpSeconds * 1_000, durationSeconds * 1_000);
      steps.push(step);
      phases[name] = step.phase;
      points.push({ concurrency: callers, perSecond: step.phase.perSecond });
    }
    const fit = fitScalability(points);
    if (fit === undefined) return { results: {}, phases, verdict: 'The points determine no curve.', ...invalid(steps) };
    const { contention, coherency, single, peak } = fit;
    return {
      results: {},
      phases,
      estimates: {
        contention,
        coherency,
        singleCallerPerSecond: single,
        peakCallers: peak?.concurrency ?? null,
        peakPerSecond: peak?.perSecond ?? null,
      },
      verdict: peakInWords(fit, Math.max(...load.callers)),
      ...invalid(steps),
    };
  }

  private async compare(
    measurement: Measurement,
    load: LoadOf<'compare'>,
    { requests, durationSeconds, seed }: EndpointParameters,
  ): Promise<ScenarioOutcome> {
    const roundMs = Math.max(COMPARED_MS, (durationSeconds * 1_000) / load.rounds / 2);
    const [a, b]: MeasuredLoad[][] = [[], []];
    for (let round = 0; round < load.rounds; round++) {
      const arrivals = { kind: load.arrivals, perSecond: load.perSecond, seed: seed + round };
      // A B B A: whatever else the machine does falls on both alike.
      for (const variant of round % 2 === 0 ? (['A', 'B'] as const) : (['B', 'A'] as const)) {
        const mix = variant === 'A' ? requests : load.against;
        const name = `${variant}, round ${round + 1} of ${load.rounds}`;
        (variant === 'A' ? a : b)!.push(await measurement.offer(name, mix, arrivals, roundMs / 10, roundMs));
      }
    }
    const rounds = a!.map(({ phase }, at) => ({ a: phase.latency.meanMs, b: b![at]!.phase.latency.meanMs }));
    const ratio = ratioOf(rounds);
    return {
      results: {},
      phases: { A: a!.at(-1)!.phase, B: b!.at(-1)!.phase },
      estimates: { latencyRatio: ratio },
      verdict: `${ratioVerdict(ratio)}: B takes ${ratio.value.toFixed(3)} times as long as A (${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)}).`,
      ...invalid([...a!, ...b!]),
    };
  }
}

function allRequests({ requests, load }: EndpointParameters): readonly RequestOfMix[] {
  return load.kind === 'compare' ? [...requests, ...load.against] : requests;
}

function withoutHeaderValues({ headers, ...request }: RequestOfMix): Omit<PlannedRequest, 'headers'> & object {
  return { ...request, headers: Object.fromEntries(Object.keys(headers).map((name) => [name, '…'])) } as never;
}

/** To be spread last: figures that do not count allow no verdict. */
function invalid(loads: readonly MeasuredLoad[]): { readonly invalid?: string; readonly verdict?: string } {
  const reason = loads.find((load) => load.invalid !== undefined)?.invalid;
  return reason === undefined ? {} : { invalid: reason, verdict: `No verdict: ${reason}.` };
}

/** What the curve says of its peak, where the interval of what makes one allows a word. */
function peakInWords({ coherency, peak }: ScalabilityFit, most: number): string {
  if (coherency.low > 0 && peak !== undefined) {
    return `Throughput is highest with about ${peak.concurrency.toFixed(0)} callers, ${peak.perSecond.toFixed(0)} per second.`;
  }
  if (coherency.high * most * most < 0.1) return `Throughput goes on growing up to ${most} callers and beyond.`;
  return 'The figures scatter too much to say where throughput is highest.';
}

function kneeInWords({ perSecond, end }: Knee, { p99Ms, fromPerSecond, toPerSecond }: LoadOf<'knee'>): string {
  const objective = `a p99 of ${p99Ms} ms`;
  const rate = perSecond?.toFixed(0);
  switch (end) {
    case 'found':
      return `${rate} per second keep ${objective}.`;
    case 'at most tried':
      return `${toPerSecond} per second keep ${objective}; more was not to be tried.`;
    case 'generator late':
      return rate === undefined
        ? 'The load generator gets too little of the processor to say anything.'
        : `${rate} per second keep ${objective}; above it the load generator itself is too slow.`;
    case 'never held':
      return `Not even ${fromPerSecond} per second keep ${objective}.`;
    case 'out of time':
      return `No rate was confirmed within ${KNEE_TIME_MS / 1_000} s.`;
  }
}
