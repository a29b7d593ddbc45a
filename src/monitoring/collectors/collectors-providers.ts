import type { Provider } from '@nestjs/common';
import { DecoratedMethods } from './methods/decorated-methods';
import { MethodExplorer } from './methods/method-explorer';
import { HttpServerMetrics } from './http/http-server.metrics';
import { InventoryMetrics } from './inventory/inventory.metrics';
import { JobMetrics } from './job.metrics';
import { ArchiveMetrics } from './archive.metrics';
import { CopiesMetrics } from './copies.metrics';
import { CacheMetrics } from './cache.metrics';
import { MonitoringMetrics } from './monitoring.metrics';
import { QueryMetrics } from './query.metrics';
import { EmbeddedPostgresMetrics } from './embedded-postgres.metrics';
import { PoolMetrics } from './pool.metrics';
import { PostgresMetrics } from './postgres.metrics';
import { PostgresSampler } from './postgres-sampler';
import { EventLoopMetrics } from './runtime/event-loop.metrics';
import { GcMetrics } from './runtime/gc.metrics';
import { HeapMetrics } from './runtime/heap.metrics';
import { NodeMetrics } from './runtime/node.metrics';
import { ContainerMetrics } from './system/container.metrics';
import { ProcessMetrics } from './system/process.metrics';
import { SystemMetrics } from './system/system.metrics';

/** All collectors; each adds its metrics to the registry when the module starts. */
export const collectorProviders: Provider[] = [
  ArchiveMetrics,
  CacheMetrics,
  ContainerMetrics,
  CopiesMetrics,
  DecoratedMethods,
  EventLoopMetrics,
  GcMetrics,
  HeapMetrics,
  HttpServerMetrics,
  InventoryMetrics,
  JobMetrics,
  MethodExplorer,
  MonitoringMetrics,
  QueryMetrics,
  NodeMetrics,
  PoolMetrics,
  EmbeddedPostgresMetrics,
  PostgresMetrics,
  PostgresSampler,
  ProcessMetrics,
  SystemMetrics,
];
