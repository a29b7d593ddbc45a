import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { Pools } from '../../pools/pools.service';
import { MetricsRegistry } from '../registry/metrics-registry';

/** The PostgreSQL server that the service runs itself; without values where somebody else runs it. */
@Injectable()
export class EmbeddedPostgresMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    @Optional() private readonly pools?: Pools,
  ) {}

  onModuleInit(): void {
    if (this.pools === undefined) return; // an application without our pools
    const { postgres } = this.pools;
    this.registry.gauge(
      { name: 'embedded_postgres_up', help: '1 while the embedded PostgreSQL server runs' },
      (emit) => {
        const server = postgres.embeddedServer();
        emit(server && Number(server.running));
      },
    );
    this.registry.counter(
      { name: 'embedded_postgres_restarts_total', help: 'Times it ended by itself and was started again' },
      (emit) => emit(postgres.embeddedServer()?.restarts),
    );
    this.registry.gauge(
      { name: 'embedded_postgres_start_seconds', help: 'How long its last start took', unit: 'seconds' },
      (emit) => {
        const server = postgres.embeddedServer();
        emit(server && server.startMs / 1_000);
      },
    );
  }
}
