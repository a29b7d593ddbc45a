import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PromqlEngine } from '../promql/promql-engine';
import { MetricsRegistry } from '../registry/metrics-registry';

/** How many queries there are, and what they hold. */
@Injectable()
export class QueryMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly engine: PromqlEngine,
  ) {}

  onModuleInit(): void {
    const queries = this.registry.collector(() => this.engine.stats);
    queries.gauge(
      { name: 'monitoring_queries', help: 'Queries that run or wait for their turn', labelNames: ['state'] },
      ({ running, waiting }, emit) => {
        emit(running, 'running');
        emit(waiting, 'waiting');
      },
    );
    queries.gauge(
      {
        name: 'monitoring_query_held_bytes',
        help: 'What all queries hold, including those whose results are still being sent',
        unit: 'bytes',
      },
      ({ heldBytes }, emit) => emit(heldBytes),
    );
  }
}
