import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { Pools } from '../../../pools/pools.service';
import { MetricsRegistry } from '../metrics.registry';

/** The PostgreSQL server that the service runs itself; nothing where somebody else runs it. */
@Injectable()
export class EmbeddedPostgresMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    @Optional() private readonly pools?: Pools,
  ) {}

  onModuleInit(): void {
    const stats = () => this.pools?.postgres.embeddedServer();
    if (stats() === undefined) return;
    this.registry.gauge({ name: 'embedded_postgres_up', help: '1 while the embedded PostgreSQL server runs' }, (emit) =>
      emit(Number(stats()?.running)),
    );
    this.registry.counter(
      { name: 'embedded_postgres_restarts_total', help: 'Times it ended by itself and was started again' },
      (emit) => emit(stats()?.restarts),
    );
    this.registry.gauge(
      { name: 'embedded_postgres_start_seconds', help: 'How long its last start took', unit: 'seconds' },
      (emit) => emit((stats()?.startMs ?? 0) / 1_000),
    );
  }
}
