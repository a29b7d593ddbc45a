import type { Provider } from '@nestjs/common';
import { HttpServerMetrics } from './http/http-server.metrics';
import { JobMetrics } from './jobs/job.metrics';
import { EventLoopMetrics } from './runtime/event-loop.metrics';
import { GcMetrics } from './runtime/gc.metrics';
import { HeapMetrics } from './runtime/heap.metrics';
import { NodeMetrics } from './runtime/node.metrics';
import { ContainerMetrics } from './system/container.metrics';
import { ProcessMetrics } from './system/process.metrics';
import { SystemMetrics } from './system/system.metrics';

/** Everything that measures by itself; each adds its metrics to the registry when the module starts. */
export const instruments: Provider[] = [
  ContainerMetrics,
  EventLoopMetrics,
  GcMetrics,
  HeapMetrics,
  HttpServerMetrics,
  JobMetrics,
  NodeMetrics,
  ProcessMetrics,
  SystemMetrics,
];
