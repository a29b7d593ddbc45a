import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { MetricsRegistry } from '../../registry/metrics-registry';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { SmallFileReader } from './small-file-reader';
import { SystemSampler } from './system-sampler';

/** This process, named as every Prometheus client names it. */
@Injectable()
export class ProcessMetrics implements OnModuleInit {
  private readonly files: SmallFileReader;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly sampler: SystemSampler,
    @Inject(MONITORING_OPTIONS) options: MonitoringOptions,
  ) {
    this.files = new SmallFileReader(options.systemRoot ?? '/');
  }

  onModuleInit(): void {
    const { registry } = this;
    registry.counter(
      { fromElsewhere: true, name: 'process_cpu_seconds_total', help: 'CPU time of this process', unit: 'seconds' },
      (emit) => emit(cpuSecondsOf(process.cpuUsage())),
    );
    registry.gauge(
      {
        name: 'process_cpu_utilization_ratio',
        help: 'Share of the CPUs it may use (quota, cpuset or affinity, else the machine) that this process used',
        unit: 'ratio',
      },
      (emit) => emit(this.cpuRatio()),
    );
    registry.gauge(
      { name: 'process_resident_memory_bytes', help: 'Memory of this process in RAM', unit: 'bytes' },
      (emit) => emit(process.memoryUsage.rss()),
    );
    registry.gauge({ name: 'process_open_fds', help: 'Open file descriptors of this process' }, (emit) =>
      emit(this.files.countEntries('proc/self/fd')),
    );
    registry.gauge({ name: 'process_max_fds', help: 'File descriptors this process may open' }, (emit) =>
      emit(this.maxOpenFiles()),
    );
    const startedAt = Date.now() / 1_000 - process.uptime();
    registry.gauge(
      { name: 'process_start_time_seconds', help: 'When this process was started', unit: 'seconds' },
      (emit) => emit(startedAt),
    );
    registry.gauge({ name: 'process_uptime_seconds', help: 'How long this process runs', unit: 'seconds' }, (emit) =>
      emit(process.uptime()),
    );
  }

  private cpuRatio(): number | undefined {
    const latest = this.sampler.latest;
    const allowed = latest?.cpuLimit ?? latest?.system.cpu?.cpus;
    return latest?.processCpus === undefined || allowed === undefined ? undefined : latest.processCpus / allowed;
  }

  private maxOpenFiles(): number | undefined {
    const soft = /^Max open files +(\d+)/m.exec(this.files.read('proc/self/limits') ?? '');
    return soft === null ? undefined : Number(soft[1]);
  }
}

function cpuSecondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000_000;
}
