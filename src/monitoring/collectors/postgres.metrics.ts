import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Emit } from '../registry/callback-family';
import { MetricsRegistry } from '../registry/metrics-registry';
import { type PostgresSample, PostgresSampler } from './postgres-sampler';

/** The database, embedded or not, named as the PostgreSQL receiver of OpenTelemetry names it. */
@Injectable()
export class PostgresMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly sampler: PostgresSampler,
  ) {}

  onModuleInit(): void {
    const labelNames = ['deployment'];
    const gauge = (name: string, help: string, valueOf: (sample: PostgresSample) => number, unit?: string) =>
      this.registry.gauge({ name, help, unit, labelNames }, this.from(valueOf));
    const counter = (name: string, help: string, valueOf: (sample: PostgresSample) => number, unit?: string) =>
      this.registry.counter({ fromElsewhere: true, name, help, unit, labelNames }, this.from(valueOf));

    gauge('postgresql_backends', 'Connections to the database', (s) => s.backends);
    gauge('postgresql_connection_max', 'Connections the server allows', (s) => s.maxConnections);
    gauge('postgresql_db_size_bytes', 'Size of the database', (s) => s.sizeBytes, 'bytes');
    gauge('postgresql_uptime_seconds', 'How long the server runs', (s) => s.uptimeSeconds, 'seconds');
    counter('postgresql_commits_total', 'Transactions committed', (s) => s.commits);
    counter('postgresql_rollbacks_total', 'Transactions rolled back', (s) => s.rollbacks);
    counter('postgresql_deadlocks_total', 'Deadlocks', (s) => s.deadlocks);
    counter('postgresql_temporary_bytes_total', 'Written to temporary files', (s) => s.temporaryBytes, 'bytes');
    this.registry.counter(
      {
        fromElsewhere: true,
        name: 'postgresql_blocks_total',
        help: 'Blocks by where they were found',
        labelNames: ['deployment', 'source'],
      },
      (emit) => {
        const { latest, deployment } = this.sampler;
        emit(latest?.blocksRead, deployment, 'disk');
        emit(latest?.blocksHit, deployment, 'buffer');
      },
    );
  }

  private from(valueOf: (sample: PostgresSample) => number): (emit: Emit) => void {
    return (emit) => {
      const { latest, deployment } = this.sampler;
      if (latest !== undefined) emit(valueOf(latest), deployment);
    };
  }
}
