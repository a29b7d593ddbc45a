import { Inject, Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { JobScheduler } from '../../jobs/job-scheduler';
import { Pools } from '../../pools/pools.service';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.module-definition';

const QUERY_TIMEOUT_MS = 2_000;
/** The size of the database is found by looking at its files, so not every second. */
const SHORTEST_INTERVAL_MS = 10_000;

const QUERY = `
  SELECT numbackends AS backends, current_setting('max_connections')::int AS "maxConnections",
         pg_database_size(datid)::float8 AS "sizeBytes",
         xact_commit::float8 AS commits, xact_rollback::float8 AS rollbacks, deadlocks::float8 AS deadlocks,
         blks_read::float8 AS "blocksRead", blks_hit::float8 AS "blocksHit", temp_bytes::float8 AS "temporaryBytes",
         extract(epoch FROM now() - pg_postmaster_start_time())::float8 AS "uptimeSeconds"
  FROM pg_stat_database WHERE datname = current_database()`;

/** Statistics of the database, as it keeps them itself. */
export interface PostgresSample {
  readonly backends: number;
  readonly maxConnections: number;
  readonly sizeBytes: number;
  readonly commits: number;
  readonly rollbacks: number;
  readonly deadlocks: number;
  readonly blocksRead: number;
  readonly blocksHit: number;
  readonly temporaryBytes: number;
  readonly uptimeSeconds: number;
}

/** Reads the statistics of the database, embedded or not: one query per sampling interval, none while it is down. */
@Injectable()
export class PostgresSampler implements OnApplicationBootstrap {
  private sample: PostgresSample | undefined;

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly jobs: JobScheduler,
    @Optional() private readonly pools?: Pools,
  ) {}

  /** `undefined` while the database does not answer. */
  get latest(): PostgresSample | undefined {
    return this.sample;
  }

  /** `embedded` or `server`. */
  get deployment(): string {
    return this.pools?.postgres.embeddedServer() === undefined ? 'server' : 'embedded';
  }

  onApplicationBootstrap(): void {
    if (this.pools === undefined || this.pools.postgres.state === 'not_configured') return;
    this.jobs.add({
      name: 'postgres-sampling',
      everyMs: Math.max(this.options.sampleIntervalMs, SHORTEST_INTERVAL_MS),
      run: () => this.run(),
      failure: 'The statistics of the database could not be read',
    });
  }

  /** Takes one sample now. @throws what the query failed with */
  async run(): Promise<void> {
    const postgres = this.pools?.postgres;
    if (postgres === undefined) return;
    try {
      const usable = postgres.state === 'up' || postgres.state === 'degraded';
      this.sample = usable ? await this.ask(postgres) : undefined;
    } catch (error) {
      this.sample = undefined;
      throw error;
    }
  }

  private async ask(postgres: Pools['postgres']): Promise<PostgresSample | undefined> {
    const signal = AbortSignal.timeout(QUERY_TIMEOUT_MS);
    const { rows } = await postgres.query(QUERY, [], { signal, timeoutMs: QUERY_TIMEOUT_MS });
    return rows[0] as PostgresSample | undefined;
  }
}
