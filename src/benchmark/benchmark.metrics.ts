import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { MetricsRegistry } from '../monitoring/registry/metrics-registry';
import type { BenchmarkRun } from './benchmark-run';
import { BenchmarkRunner } from './benchmark-runner';
import type { PhaseFigures } from './scenario';

/** Of one run: each is a label set in several series. */
const MAX_PHASES = 32;
const QUANTILES = [
  ['0.5', 'p50Ms'],
  ['0.95', 'p95Ms'],
  ['0.99', 'p99Ms'],
  ['0.999', 'p999Ms'],
] as const;

type EmitPhase = (value: number | undefined, ...labels: string[]) => void;

/** What benchmarks found, as series: the last completed run of each scenario in this copy. */
@Injectable()
export class BenchmarkMetrics implements OnModuleInit {
  constructor(
    private readonly runner: BenchmarkRunner,
    @Optional() private readonly registry?: MetricsRegistry,
  ) {}

  onModuleInit(): void {
    const { registry, runner } = this;
    if (registry === undefined) return;
    const phase = ['scenario', 'phase'];
    const each = (tell: (phase: PhaseFigures, emit: EmitPhase) => void) => (emit: EmitPhase) => {
      for (const { scenario, outcome } of runner.latest()) {
        for (const [name, figures] of Object.entries(outcome?.phases ?? {}).slice(0, MAX_PHASES)) {
          tell(figures, (value, ...labels) => emit(value, scenario, name, ...labels));
        }
      }
    };
    registry.gauge({ name: 'benchmark_running', help: '1 while this copy runs a benchmark' }, (emit) =>
      emit(Number(runner.isRunning)),
    );
    registry.counter(
      {
        name: 'benchmark_runs_total',
        help: 'Benchmark runs of this copy that are over',
        labelNames: ['scenario', 'state'],
      },
      (emit) => {
        for (const { scenario, state, count } of runner.counts()) emit(count, scenario, state);
      },
    );
    registry.gauge(
      {
        name: 'benchmark_latency_seconds',
        help: 'Latency in the last completed run of a scenario',
        unit: 'seconds',
        labelNames: [...phase, 'latency_quantile'],
      },
      each(({ latency }, emit) => {
        for (const [quantile, figure] of QUANTILES) {
          const ms = latency[figure];
          if (ms !== undefined) emit(ms / 1_000, quantile);
        }
      }),
    );
    registry.gauge(
      {
        name: 'benchmark_throughput_per_second',
        help: 'Requests or operations a second in the last completed run of a scenario',
        labelNames: phase,
      },
      each(({ perSecond }, emit) => emit(perSecond)),
    );
    registry.gauge(
      {
        name: 'benchmark_cpu_seconds',
        help: 'CPU time of the service for one request or operation in the last completed run of a scenario',
        unit: 'seconds',
        labelNames: phase,
      },
      each(({ details: { cpuMsPerRequest } }, emit) =>
        emit(typeof cpuMsPerRequest === 'number' ? cpuMsPerRequest / 1_000 : undefined),
      ),
    );
    registry.gauge(
      {
        name: 'benchmark_estimate',
        help: 'What followed from the phases of the last completed run of a scenario, such as kneePerSecond',
        labelNames: ['scenario', 'estimate'],
      },
      (emit) => {
        for (const { scenario, outcome } of runner.latest()) {
          for (const [name, value] of Object.entries(outcome?.estimates ?? {})) {
            emit(valueOf(value), scenario, name);
          }
        }
      },
    );
  }
}

function valueOf(estimate: NonNullable<NonNullable<BenchmarkRun['outcome']>['estimates']>[string]): number | undefined {
  if (estimate === null) return undefined;
  return typeof estimate === 'number' ? estimate : estimate.value;
}
