import { Logger } from '@nestjs/common';
import type { Clock } from '../../common/clock';
import { namedPool } from '../pools-option';
import type { PoolsOptions } from '../pools.options';
import { PoolsOfKind } from '../pools-of-kind';
import { EmbeddedPostgres } from './embedded/embedded-postgres';
import { PostgresPool } from './postgres-pool';
import { EmbeddedPostgresSource, ExternalPostgres, type PostgresServerSource } from './postgres-server-source';

/** Connections that the embedded server allows in addition to the pool's: for the probe, and for psql. */
const SPARE_CONNECTIONS = 20;
const DEFAULT_MAX_CONNECTIONS = 100;

/** `source`: the server of the pool without a name of its own, see `postgresServer`. */
export function postgresPools(
  options: PoolsOptions,
  source: PostgresServerSource | undefined,
  clock: Clock,
): PoolsOfKind<PostgresPool> {
  const { acquireTimeoutMs, maxWaiting } = options;
  const named = Object.entries(options.postgres.named).map(([name, postgres]) => {
    const own = new ExternalPostgres(postgres.url);
    return new PostgresPool(own, { postgres, acquireTimeoutMs, maxWaiting }, clock, namedPool('postgres', name));
  });
  return new PoolsOfKind(new PostgresPool(source, options, clock), named);
}

/** The server that the options name, or the embedded one; undefined where there is none. */
export function postgresServer({
  postgres: { url, embeddedDataDir, max },
}: PoolsOptions): PostgresServerSource | undefined {
  if (url !== undefined) return new ExternalPostgres(url);
  if (embeddedDataDir === undefined) return undefined;
  const maxConnections = Math.max(DEFAULT_MAX_CONNECTIONS, max + SPARE_CONNECTIONS);
  return new EmbeddedPostgresSource(
    new EmbeddedPostgres({ dataDir: embeddedDataDir, maxConnections, log: new Logger('EmbeddedPostgres') }),
  );
}
