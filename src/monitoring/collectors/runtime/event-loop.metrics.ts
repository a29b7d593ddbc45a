import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { JobScheduler } from '../../../jobs/job-scheduler';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { MetricsRegistry } from '../../registry/metrics-registry';

const RESOLUTION_MS = 10;
const NANOSECONDS = 1e9;
const FIGURES = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'] as const;

/** How late the event loop is (s), over one sampling interval. */
type LoopDelay = Readonly<Record<(typeof FIGURES)[number], number>>;

/**
 * Delay and utilisation of the event loop over the last whole sampling interval. Reading does not end a window, so a
 * scrape does not shorten the window of the sampling tick.
 */
@Injectable()
export class EventLoopMetrics implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  /** Made on start: it holds a handle of the event loop until it is disabled. */
  private histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  private delay: LoopDelay | undefined;
  private utilization: number | undefined;
  private before: EventLoopUtilization = performance.eventLoopUtilization();

  constructor(
    private readonly registry: MetricsRegistry,
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly jobs: JobScheduler,
  ) {}

  onModuleInit(): void {
    this.histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.histogram.enable();
    const delays = this.registry.collector(() => this.delay ?? this.readDelay());
    for (const figure of FIGURES) {
      delays.gauge(
        {
          name: `nodejs_eventloop_delay_${figure}_seconds`,
          help: `How late timers of the event loop ran in the last sampling interval: ${figure}`,
          unit: 'seconds',
        },
        (delay, emit) => emit(delay[figure]),
      );
    }
    this.registry.gauge(
      {
        name: 'nodejs_eventloop_utilization_ratio',
        help: 'Share of the last sampling interval in which the event loop was busy',
        unit: 'ratio',
      },
      (emit) => emit(this.utilization ?? performance.eventLoopUtilization(this.before).utilization),
    );
    this.registry.counter(
      {
        name: 'nodejs_eventloop_time_seconds_total',
        help: 'Time of the event loop by state',
        unit: 'seconds',
        labelNames: ['state'],
      },
      (emit) => {
        const { active, idle } = performance.eventLoopUtilization();
        emit(active / 1_000, 'active');
        emit(idle / 1_000, 'idle');
      },
    );
  }

  onApplicationBootstrap(): void {
    const { sampleIntervalMs } = this.options;
    this.jobs.add({ name: 'event-loop-window', everyMs: sampleIntervalMs, run: () => this.closeWindow() });
  }

  onApplicationShutdown(): void {
    this.histogram?.disable();
  }

  private closeWindow(): void {
    this.delay = this.readDelay() ?? this.delay;
    this.histogram?.reset();
    const now = performance.eventLoopUtilization();
    this.utilization = performance.eventLoopUtilization(now, this.before).utilization;
    this.before = now;
  }

  private readDelay(): LoopDelay | undefined {
    const { histogram } = this;
    if (histogram === undefined || histogram.count === 0) return undefined;
    // The histogram holds the time between two wake-ups, which is the resolution even when nothing is late.
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1_000);
    return {
      min: late(histogram.min),
      max: late(histogram.max),
      mean: late(histogram.mean),
      stddev: histogram.stddev / NANOSECONDS,
      p50: late(histogram.percentile(50)),
      p90: late(histogram.percentile(90)),
      p99: late(histogram.percentile(99)),
    };
  }
}
