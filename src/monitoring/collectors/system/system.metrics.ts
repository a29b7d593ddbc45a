import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Emit } from '../../registry/callback-family';
import { MetricsRegistry } from '../../registry/metrics-registry';
import { PRESSURE_RESOURCES, type SystemSample } from './system-sample';
import { SystemSampler } from './system-sampler';

/** The machine, named as the host metrics of OpenTelemetry. */
@Injectable()
export class SystemMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly sampler: SystemSampler,
  ) {}

  onModuleInit(): void {
    this.cpu();
    this.memory();
    this.filesystems();
    this.disks();
    this.networks();
    this.pressure();
  }

  private cpu(): void {
    const { registry } = this;
    registry.counter(
      {
        fromElsewhere: true,
        name: 'system_cpu_time_seconds_total',
        help: 'CPU time of the machine by state',
        unit: 'seconds',
        labelNames: ['state'],
      },
      this.from(({ cpu }, emit) => {
        for (const [state, seconds] of Object.entries(cpu?.secondsByState ?? {})) emit(seconds, state);
      }),
    );
    registry.gauge(
      {
        name: 'system_cpu_utilization_ratio',
        help: 'Share of the CPU time of the machine that was used in the last sampling interval',
        unit: 'ratio',
      },
      (emit) => emit(this.sampler.latest?.systemCpuRatio),
    );
    registry.gauge(
      { name: 'system_cpus', help: 'Logical CPUs of the machine' },
      this.from(({ cpu }, emit) => emit(cpu?.cpus)),
    );
    registry.gauge(
      { name: 'system_cpu_load_average_1m', help: 'Processes running or waiting for a CPU, averaged over a minute' },
      this.from(({ loadAverage1m }, emit) => emit(loadAverage1m)),
    );
  }

  private memory(): void {
    const { registry } = this;
    registry.gauge(
      {
        name: 'system_memory_usage_bytes',
        help: 'Memory of the machine by state',
        unit: 'bytes',
        labelNames: ['state'],
      },
      this.from(({ memory }, emit) => {
        for (const [state, bytes] of Object.entries(memory?.bytesByState ?? {})) emit(bytes, state);
      }),
    );
    registry.gauge(
      { name: 'system_memory_limit_bytes', help: 'Memory the machine has', unit: 'bytes' },
      this.from(({ memory }, emit) => emit(memory?.totalBytes)),
    );
    registry.gauge(
      {
        name: 'system_memory_available_bytes',
        help: 'Memory a new process could have without swapping',
        unit: 'bytes',
      },
      this.from(({ memory }, emit) => emit(memory?.availableBytes)),
    );
    registry.gauge(
      { name: 'system_memory_utilization_ratio', help: 'Share of the memory that is not available', unit: 'ratio' },
      this.from(({ memory }, emit) => emit(memory && 1 - memory.availableBytes / memory.totalBytes)),
    );
  }

  private filesystems(): void {
    this.registry.gauge(
      {
        name: 'system_filesystem_usage_bytes',
        help: 'Space on local file systems by state',
        unit: 'bytes',
        labelNames: ['device', 'mountpoint', 'type', 'state'],
      },
      this.from(({ filesystems }, emit) => {
        for (const { device, mountpoint, type, usedBytes, freeBytes, reservedBytes } of filesystems) {
          emit(usedBytes, device, mountpoint, type, 'used');
          emit(freeBytes, device, mountpoint, type, 'free');
          emit(reservedBytes, device, mountpoint, type, 'reserved');
        }
      }),
    );
  }

  private disks(): void {
    const labelNames = ['device', 'direction'];
    this.registry.counter(
      {
        fromElsewhere: true,
        name: 'system_disk_io_bytes_total',
        help: 'Bytes read from and written to disks',
        unit: 'bytes',
        labelNames,
      },
      this.from(({ disks }, emit) => {
        for (const { device, readBytes, writtenBytes } of disks) {
          emit(readBytes, device, 'read');
          emit(writtenBytes, device, 'write');
        }
      }),
    );
    this.registry.counter(
      { fromElsewhere: true, name: 'system_disk_operations_total', help: 'Reads from and writes to disks', labelNames },
      this.from(({ disks }, emit) => {
        for (const { device, reads, writes } of disks) {
          emit(reads, device, 'read');
          emit(writes, device, 'write');
        }
      }),
    );
    this.registry.counter(
      {
        fromElsewhere: true,
        name: 'system_disk_io_time_seconds_total',
        help: 'Time a disk was busy',
        unit: 'seconds',
        labelNames: ['device'],
      },
      this.from(({ disks }, emit) => {
        for (const { device, busySeconds } of disks) emit(busySeconds, device);
      }),
    );
  }

  private networks(): void {
    const labelNames = ['device', 'direction'];
    this.registry.counter(
      {
        fromElsewhere: true,
        name: 'system_network_io_bytes_total',
        help: 'Bytes received and sent',
        unit: 'bytes',
        labelNames,
      },
      this.from(({ networks }, emit) => {
        for (const { device, receivedBytes, sentBytes } of networks) {
          emit(receivedBytes, device, 'receive');
          emit(sentBytes, device, 'transmit');
        }
      }),
    );
    this.registry.counter(
      {
        fromElsewhere: true,
        name: 'system_network_errors_total',
        help: 'Packets that were received or sent with an error',
        labelNames,
      },
      this.from(({ networks }, emit) => {
        for (const { device, receiveErrors, sendErrors } of networks) {
          emit(receiveErrors, device, 'receive');
          emit(sendErrors, device, 'transmit');
        }
      }),
    );
    this.registry.counter(
      { fromElsewhere: true, name: 'system_network_dropped_total', help: 'Packets that were dropped', labelNames },
      this.from(({ networks }, emit) => {
        for (const { device, receiveDrops, sendDrops } of networks) {
          emit(receiveDrops, device, 'receive');
          emit(sendDrops, device, 'transmit');
        }
      }),
    );
  }

  private pressure(): void {
    this.registry.counter(
      {
        fromElsewhere: true,
        name: 'system_pressure_seconds_total',
        help: 'Time in which some tasks, or all at once (full), waited for a resource of the machine',
        unit: 'seconds',
        labelNames: ['resource', 'share'],
      },
      this.from(({ pressure }, emit) => {
        for (const resource of PRESSURE_RESOURCES) {
          emit(pressure[resource]?.some, resource, 'some');
          emit(pressure[resource]?.full, resource, 'full');
        }
      }),
    );
  }

  /** Reads the latest sample; before the first there is nothing to say. */
  private from(read: (sample: SystemSample, emit: Emit) => void): (emit: Emit) => void {
    return (emit) => {
      const latest = this.sampler.latest;
      if (latest !== undefined) read(latest.system, emit);
    };
  }
}
