import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { Pools } from '../../pools/pools.service';
import { MetricsRegistry } from '../registry/metrics-registry';

/** The embedded PostgreSQL server; without series when the database is a server of its own. */
@Injectable()
export class EmbeddedPostgresMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    @Optional() private readonly pools?: Pools,
  ) {}

  onModuleInit(): void {
    if (this.pools === undefined) return; // an application without our pools
    const { postgres } = this.pools;
    const server = this.registry.collector(() => postgres.embeddedServer());
    server.gauge(
      { name: 'embedded_postgres_up', help: '1 while the embedded PostgreSQL server runs' },
      ({ running }, emit) => emit(Number(running)),
    );
    server.counter(
      { name: 'embedded_postgres_restarts_total', help: 'Times it ended by itself and was started again' },
      ({ restarts }, emit) => emit(restarts),
    );
    server.gauge(
      { name: 'embedded_postgres_start_seconds', help: 'How long its last start took', unit: 'seconds' },
      ({ startMs }, emit) => emit(startMs / 1_000),
    );
  }
}
