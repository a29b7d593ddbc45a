import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SERVICE_VERSION } from '../../../common/service-version';
import { MetricsRegistry } from '../../registry/metrics-registry';

/** What the event loop keeps alive, and which version of what is running. */
@Injectable()
export class NodeMetrics implements OnModuleInit {
  constructor(private readonly registry: MetricsRegistry) {}

  onModuleInit(): void {
    this.registry.gauge(
      {
        name: 'nodejs_active_resources',
        help: 'Handles and requests that keep the event loop alive',
        labelNames: ['type'],
      },
      (emit) => {
        const counts = new Map<string, number>();
        for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
        for (const [type, count] of counts) emit(count, type);
      },
    );
    this.registry.gauge(
      {
        name: 'performance_gateway_build_info',
        help: 'Always 1; its labels say what is running',
        labelNames: ['version', 'node_version', 'platform', 'architecture'],
      },
      (emit) => emit(1, SERVICE_VERSION, process.versions.node, process.platform, process.arch),
    );
  }
}
