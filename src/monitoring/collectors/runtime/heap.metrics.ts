import { getHeapSpaceStatistics, getHeapStatistics, type HeapSpaceInfo } from 'node:v8';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Emit } from '../../registry/callback-family';
import { MetricsRegistry } from '../../registry/metrics-registry';

const labelNames = ['v8js_heap_space_name'];

/** V8's heap by space, and what Node holds outside of it. */
@Injectable()
export class HeapMetrics implements OnModuleInit {
  constructor(private readonly registry: MetricsRegistry) {}

  onModuleInit(): void {
    const { registry } = this;
    const heapSpaces = registry.collector(getHeapSpaceStatistics);
    heapSpaces.gauge(
      { name: 'v8js_memory_heap_used_bytes', help: 'Heap in use by space', unit: 'bytes', labelNames },
      spaces((space) => space.space_used_size),
    );
    heapSpaces.gauge(
      { name: 'v8js_memory_heap_size_bytes', help: 'Heap reserved by space', unit: 'bytes', labelNames },
      spaces((space) => space.space_size),
    );
    heapSpaces.gauge(
      {
        name: 'v8js_memory_heap_available_bytes',
        help: 'Heap reserved and not in use, by space',
        unit: 'bytes',
        labelNames,
      },
      spaces((space) => space.space_available_size),
    );
    registry.gauge({ name: 'v8js_memory_heap_limit_bytes', help: 'What the heap may grow to', unit: 'bytes' }, (emit) =>
      emit(getHeapStatistics().heap_size_limit),
    );
    registry.gauge(
      {
        name: 'nodejs_external_memory_bytes',
        help: 'Memory outside the heap by owner',
        unit: 'bytes',
        labelNames: ['owner'],
      },
      (emit) => {
        const { external, arrayBuffers } = process.memoryUsage();
        emit(arrayBuffers, 'array_buffers');
        emit(external - arrayBuffers, 'other');
      },
    );
  }
}

function spaces(valueOf: (space: HeapSpaceInfo) => number): (all: readonly HeapSpaceInfo[], emit: Emit) => void {
  return (all, emit) => {
    for (const space of all) emit(valueOf(space), space.space_name);
  };
}
