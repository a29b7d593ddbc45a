import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Emit } from '../../registry/callback-family';
import { MetricsRegistry } from '../../registry/metrics-registry';
import type { ContainerCpu, ContainerMemory } from './cgroup/container-sample';
import { PRESSURE_RESOURCES } from './system-sample';
import { SystemSampler } from './system-sampler';

/** The container this process is in, named as cAdvisor names it; what has no limit has no figures about limits. */
@Injectable()
export class ContainerMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly sampler: SystemSampler,
  ) {}

  onModuleInit(): void {
    this.cpu();
    this.memory();
    this.registry.counter(
      {
        fromElsewhere: true,
        name: 'container_pressure_seconds_total',
        help: 'Time in which some tasks of the container, or all at once (full), waited for a resource',
        unit: 'seconds',
        labelNames: ['resource', 'share'],
      },
      (emit) => {
        for (const resource of PRESSURE_RESOURCES) {
          const stall = this.sampler.latest?.container?.pressure[resource];
          emit(stall?.some, resource, 'some');
          emit(stall?.full, resource, 'full');
        }
      },
    );
  }

  private cpu(): void {
    const { registry } = this;
    const from = (read: (cpu: ContainerCpu) => number | undefined) => (emit: Emit) => {
      const cpu = this.sampler.latest?.container?.cpu;
      if (cpu !== undefined) emit(read(cpu));
    };
    const limited = (read: (cpu: ContainerCpu) => number) => from((cpu) => (cpu.hasQuota ? read(cpu) : undefined));
    registry.counter(
      {
        fromElsewhere: true,
        name: 'container_cpu_usage_seconds_total',
        help: 'CPU time the container used',
        unit: 'seconds',
      },
      from((cpu) => cpu.usageSeconds),
    );
    registry.gauge({ name: 'container_cpu_limit_cpus', help: 'CPUs that quota, cpuset and affinity leave' }, (emit) =>
      emit(this.sampler.latest?.cpuLimit),
    );
    registry.gauge(
      {
        name: 'container_cpu_utilization_ratio',
        help: 'Share of that limit that was used in the last sampling interval',
        unit: 'ratio',
      },
      (emit) => emit(this.sampler.latest?.containerCpuRatio),
    );
    registry.counter(
      {
        fromElsewhere: true,
        name: 'container_cpu_cfs_periods_total',
        help: 'Periods in which the CPU limit was enforced',
      },
      limited((cpu) => cpu.periods),
    );
    registry.counter(
      {
        fromElsewhere: true,
        name: 'container_cpu_cfs_throttled_periods_total',
        help: 'Periods in which the container had to wait',
      },
      limited((cpu) => cpu.throttledPeriods),
    );
    registry.counter(
      {
        fromElsewhere: true,
        name: 'container_cpu_cfs_throttled_seconds_total',
        help: 'Time the container had to wait',
        unit: 'seconds',
      },
      limited((cpu) => cpu.throttledSeconds),
    );
  }

  private memory(): void {
    const { registry } = this;
    const from = (read: (memory: ContainerMemory) => number | undefined) => (emit: Emit) => {
      const memory = this.sampler.latest?.container?.memory;
      if (memory !== undefined) emit(read(memory));
    };
    registry.gauge(
      { name: 'container_memory_usage_bytes', help: 'Memory of the container, page cache included', unit: 'bytes' },
      from((memory) => memory.usageBytes),
    );
    registry.gauge(
      {
        name: 'container_memory_working_set_bytes',
        help: 'Memory of the container that cannot be dropped at once',
        unit: 'bytes',
      },
      from((memory) => memory.workingSetBytes),
    );
    registry.gauge(
      { name: 'container_memory_limit_bytes', help: 'Memory the container may use', unit: 'bytes' },
      from((memory) => memory.limitBytes),
    );
    registry.gauge(
      {
        name: 'container_memory_utilization_ratio',
        help: "Working set as a share of the container's memory limit",
        unit: 'ratio',
      },
      from(({ workingSetBytes, limitBytes }) => limitBytes && workingSetBytes / limitBytes),
    );
    registry.counter(
      {
        fromElsewhere: true,
        name: 'container_oom_events_total',
        help: 'Processes killed because the container was out of memory',
      },
      from((memory) => memory.oomKills),
    );
  }
}
