import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../../common/clock';
import { JobScheduler } from '../../../jobs/job-scheduler';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { busyShare } from './cpu-proc';
import type { ContainerSample, ContainerSource } from './cgroup/container-sample';
import { CONTAINER_SOURCE, SYSTEM_SOURCE } from './system-sources';
import type { SystemSample, SystemSource } from './system-sample';

/** Shares over a shorter time say more about the sampling than about the machine. */
const MIN_WINDOW_MS = 100;

/**
 * The machine, the container and this process as of the last sample, with the shares of CPU used since the one before.
 */
export interface SystemReading {
  readonly system: SystemSample;
  readonly container: ContainerSample | undefined;
  /** 0 to 1 of all CPUs of the machine. */
  readonly systemCpuRatio: number | undefined;
  /** The fewest CPUs that quota, cpuset and affinity leave; `undefined` where none of them limits. */
  readonly cpuLimit: number | undefined;
  /** 0 to 1 of that limit (briefly above), used by those it holds for. */
  readonly containerCpuRatio: number | undefined;
  /** CPU seconds per second that this process used: 1 is one CPU. */
  readonly processCpus: number | undefined;
  /** How long the sample took, in ms. */
  readonly tookMs: number;
}

interface Point {
  readonly atMs: number;
  readonly system: SystemSample;
  readonly container: ContainerSample | undefined;
  readonly processSeconds: number;
}

/** Samples the machine once per sampling interval; all collectors and views read that one sample. */
@Injectable()
export class SystemSampler implements OnApplicationBootstrap {
  private last: Point | undefined;
  private reading: SystemReading | undefined;

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    @Inject(SYSTEM_SOURCE) private readonly systemSource: SystemSource,
    @Inject(CONTAINER_SOURCE) private readonly containerSource: ContainerSource,
    private readonly clock: Clock,
    private readonly jobs: JobScheduler,
  ) {}

  /** The latest sample; `undefined` before the first one. */
  get latest(): SystemReading | undefined {
    return this.reading;
  }

  onApplicationBootstrap(): void {
    const job = this.jobs.add({
      name: 'system-sampling',
      everyMs: this.options.sampleIntervalMs,
      run: () => this.sample(),
      failure: 'The machine could not be sampled',
    });
    void job.runNow();
  }

  /** Takes one sample now; a source that fails leaves the last reading as it was. @throws what the source threw */
  async sample(): Promise<void> {
    const startedAt = this.clock.monotonic();
    const { user, system: kernel } = process.cpuUsage();
    const system = await this.systemSource.sample();
    const container = this.containerSource.sample();
    const now = this.clock.monotonic();
    const point: Point = { atMs: now, system, container, processSeconds: (user + kernel) / 1_000_000 };
    const before = this.last;
    const windowMs = before === undefined ? 0 : now - before.atMs;
    if (before === undefined || windowMs >= MIN_WINDOW_MS) {
      this.last = point;
      this.reading = { system, container, ...shares(before, point, windowMs / 1_000), tookMs: now - startedAt };
    }
  }
}

function shares(before: Point | undefined, after: Point, seconds: number) {
  const limit = tightestLimit(after);
  if (before === undefined) {
    return { systemCpuRatio: undefined, cpuLimit: limit?.cpus, containerCpuRatio: undefined, processCpus: undefined };
  }
  const cpus = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? undefined : Math.max(0, to - from) / seconds;
  const used = limit && cpus(limit.usageSeconds(before), limit.usageSeconds(after));
  const { cpu } = after.system;
  return {
    systemCpuRatio: before.system.cpu && cpu ? busyShare(before.system.cpu, cpu) : undefined,
    cpuLimit: limit?.cpus,
    containerCpuRatio: used === undefined ? undefined : used / limit!.cpus,
    processCpus: cpus(before.processSeconds, after.processSeconds),
  };
}

/** An affinity holds for this process alone, a limit of the control group for everything in it. */
function tightestLimit({ container, system }: Point) {
  const ofGroup = container?.cpu?.limitCpus ?? Infinity;
  const allowed = system.cpu?.allowedCpus ?? Infinity;
  if (allowed < ofGroup && allowed < system.cpu!.cpus) {
    return { cpus: allowed, usageSeconds: (point: Point) => point.processSeconds };
  }
  if (ofGroup === Infinity) return undefined;
  return { cpus: ofGroup, usageSeconds: (point: Point) => point.container?.cpu?.limitedUsageSeconds };
}
