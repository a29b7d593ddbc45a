import { postgresEndpoint } from '../../common/url-problem';
import { POSTGRES_POOL } from '../pools-option';
import { PoolNotConfiguredError } from '../pools.errors';
import type { EmbeddedPostgres, EmbeddedPostgresStats } from './embedded/embedded-postgres';

/** Where the PostgreSQL server is: run by others, or embedded and started when it is first needed. */
export interface PostgresServerSource {
  /** Host and port, or the folder of a socket, as they may be shown. */
  readonly endpoint: string;
  /** Figures of the embedded server, where there is one. */
  embedded?(): EmbeddedPostgresStats;
  /**
   * Starts the embedded server, where there is one. Rejects when it cannot run; the service does not start then.
   */
  start(): Promise<void>;
  /** The URL to connect to; may start the embedded server first. Rejects when that fails; the next call tries again. */
  url(): Promise<string>;
  /** Stops the embedded server. */
  stop(): Promise<void>;
}

/** A server that is run by others. */
export class ExternalPostgres implements PostgresServerSource {
  readonly endpoint: string;

  constructor(private readonly address: string) {
    this.endpoint = postgresEndpoint(address);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  url(): Promise<string> {
    return Promise.resolve(this.address);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** The server in node_modules, started when it is first needed; a failed start is tried again with the next connect. */
export class EmbeddedPostgresSource implements PostgresServerSource {
  readonly endpoint = 'embedded';

  constructor(private readonly server: EmbeddedPostgres) {}

  embedded(): EmbeddedPostgresStats {
    return this.server.stats();
  }

  async start(): Promise<void> {
    await this.server.start();
  }

  async url(): Promise<string> {
    return (await this.server.start()).url;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** Stands for the server when none is configured. Never used: the pool refuses every call before. */
export class UnconfiguredPostgres implements PostgresServerSource {
  readonly endpoint = 'postgres';

  start(): Promise<void> {
    return Promise.resolve();
  }

  url(): Promise<string> {
    return Promise.reject(new PoolNotConfiguredError('postgres', POSTGRES_POOL.limits.url));
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
