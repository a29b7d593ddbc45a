import { Inject, Injectable, Logger, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Pools } from '../../pools/pools.service';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.module-definition';
import { JobRuns } from '../jobs/job-runs';

const POSTGRES_SAMPLING_JOB = 'postgres-sampling';
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

/** What the database tells about itself. */
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

/** Asks the database, embedded or not, how it does: one query per sampling interval, none while it is down. */
@Injectable()
export class PostgresSampler implements OnApplicationBootstrap {
  private readonly logger = new Logger(PostgresSampler.name);
  private sample: PostgresSample | undefined;
  private running = false;
  private failed = false;

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly schedule: SchedulerRegistry,
    private readonly jobs: JobRuns,
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
    const intervalMs = Math.max(this.options.sampleIntervalMs, SHORTEST_INTERVAL_MS);
    const timer = setInterval(() => void this.run(), intervalMs);
    timer.unref();
    this.schedule.addInterval(POSTGRES_SAMPLING_JOB, timer); // which also clears it on shutdown
  }

  /** Takes one sample now; a failure is said once in the log. */
  async run(): Promise<void> {
    const postgres = this.pools?.postgres;
    if (this.running || postgres === undefined) return;
    this.running = true;
    try {
      const usable = postgres.state === 'up' || postgres.state === 'degraded';
      this.sample = usable ? await this.jobs.run(POSTGRES_SAMPLING_JOB, () => this.ask(postgres)) : undefined;
      this.failed = false;
    } catch (error) {
      this.sample = undefined;
      if (!this.failed) this.logger.warn(`The database did not tell how it does: ${String(error)}`);
      this.failed = true;
    } finally {
      this.running = false;
    }
  }

  private async ask(postgres: Pools['postgres']): Promise<PostgresSample | undefined> {
    const signal = AbortSignal.timeout(QUERY_TIMEOUT_MS);
    const { rows } = await postgres.query(QUERY, [], { signal, timeoutMs: QUERY_TIMEOUT_MS });
    return rows[0] as PostgresSample | undefined;
  }
}
