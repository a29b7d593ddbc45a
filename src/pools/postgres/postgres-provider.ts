import { Logger } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { POOLS_OPTIONS } from '../pools.module-definition';
import type { PoolsOptions } from '../pools.options';
import { EmbeddedPostgres } from './embedded/embedded-postgres';
import { PostgresPool } from './postgres-pool';
import { EmbeddedPostgresSource, ExternalPostgres, type PostgresServerSource } from './postgres-server-source';

/** Connections that the embedded server allows in addition to the pool's: for the probe, and for psql. */
const SPARE_CONNECTIONS = 20;
const DEFAULT_MAX_CONNECTIONS = 100;

export const postgresPoolProvider = {
  provide: PostgresPool,
  inject: [POOLS_OPTIONS, Clock],
  useFactory: (options: PoolsOptions, clock: Clock) => new PostgresPool(chooseServer(options), options, clock),
};

function chooseServer({ postgres: { url, embeddedDataDir, max } }: PoolsOptions): PostgresServerSource | undefined {
  if (url !== undefined) return new ExternalPostgres(url);
  if (embeddedDataDir === undefined) return undefined;
  const maxConnections = Math.max(DEFAULT_MAX_CONNECTIONS, max + SPARE_CONNECTIONS);
  return new EmbeddedPostgresSource(
    new EmbeddedPostgres({ dataDir: embeddedDataDir, maxConnections, log: new Logger('EmbeddedPostgres') }),
  );
}
