import { POSTGRES_LIMITS } from '../pools-option';
import { PoolNotConfiguredError } from '../pools.errors';
import type { EmbeddedPostgres, EmbeddedPostgresStats } from './embedded/embedded-postgres';

/** Where the PostgreSQL server is: given, or started by us when first needed. */
export interface PostgresServerSource {
  /** Host and port, as they may be shown. */
  readonly endpoint: string;
  /** How our own server is doing, where it is one. */
  embedded?(): EmbeddedPostgresStats;
  /**
   * Starts what has to be started by us; rejects when that cannot be done, so that the service does not start either.
   */
  start(): Promise<void>;
  /** Where to connect to; may start a server first. Rejects when there is none; asking again tries again. */
  url(): Promise<string>;
  /** Stops what `url` started. */
  stop(): Promise<void>;
}

/** A server somebody else runs. */
export class ExternalPostgres implements PostgresServerSource {
  readonly endpoint: string;

  constructor(private readonly address: string) {
    const parsed = URL.parse(address);
    this.endpoint = `${parsed?.hostname || 'localhost'}:${parsed?.port || '5432'}`;
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

/** In place of a server when none is configured; never asked, since the pool refuses every call before. */
export class UnconfiguredPostgres implements PostgresServerSource {
  readonly endpoint = 'postgres';

  start(): Promise<void> {
    return Promise.resolve();
  }

  url(): Promise<string> {
    return Promise.reject(new PoolNotConfiguredError('postgres', POSTGRES_LIMITS.url));
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
