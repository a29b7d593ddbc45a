import { Logger } from '@nestjs/common';
import type { ClientConfig } from 'pg';
import type { Clock } from '../../common/clock';
import type { Credentials } from '../credentials.options';
import type { LeaseResource } from '../lease-pool.options';
import { poolsOption } from '../pools-option';
import { ConnectDeadline } from './connect-deadline';
import type { PgClient } from './pg-client';
import { pgPackage } from './pg-package';
import type { PostgresAccess } from './postgres-access';
import { PostgresConnection, type PostgresConnectionOptions } from './postgres-connection';
import { isServerFull, sqlState } from './postgres.errors';
import type { PostgresServerSource } from './postgres-server-source';
import type { ReadOnlyFailover } from './read-only-failover';
import { greet } from './server-greeting';

export interface PostgresConnectorOptions extends Omit<PostgresConnectionOptions, 'serverKeepsTime'> {
  readonly connectTimeoutMs: number;
  readonly applicationName: string;
}

/** With which a server, or PgBouncer, refuses options at the start of a session. */
const REFUSED_OPTIONS: ReadonlySet<unknown> = new Set(['42704', '22023', '08P01', '0A000']);

const PROBABLY_PGBOUNCER =
  'PostgreSQL refuses settings at the start of a session, as PgBouncer does. ' +
  `If it is one in transaction mode, set ${poolsOption('postgres.pgbouncer')}: else what is prepared or set on a connection fails or reaches others.`;

/** Opens, checks, cleans and closes the connections of the PostgreSQL pool. */
export class PostgresConnector implements LeaseResource<PostgresConnection> {
  /** To be set before the first connection. */
  failover: ReadOnlyFailover | undefined;
  /** Called when a connection broke by itself. */
  onLost: (() => void) | undefined;
  /** The open ones, to be checked for silence. */
  private readonly connections = new Set<PostgresConnection>();
  /** A proxy, or a server before 14, has refused the start-up options: connect without them. */
  private withoutStartupOptions: boolean;
  private readonly logger = new Logger('Pools');

  constructor(
    private readonly source: PostgresServerSource,
    private readonly access: PostgresAccess,
    private readonly options: PostgresConnectorOptions,
    private readonly clock: Clock,
  ) {
    this.withoutStartupOptions = options.pgbouncer;
  }

  async open(signal: AbortSignal, lost: (error: unknown) => void): Promise<PostgresConnection> {
    const url = await this.source.url();
    const connection = await this.connectAs(url, signal, lost).catch((error: unknown) => {
      if (this.withoutStartupOptions || isServerFull(error) || !REFUSED_OPTIONS.has(sqlState(error))) throw error;
      this.withoutStartupOptions = true;
      if (sqlState(error) === '08P01') this.logger.warn(PROBABLY_PGBOUNCER);
      return this.connectAs(url, signal, lost);
    });
    this.failover?.opened(connection);
    return connection;
  }

  isFull(error: unknown): boolean {
    return isServerFull(error);
  }

  /** Rejects when nothing speaks PostgreSQL's protocol where the server should be. Takes no connection of the server. */
  async greet(signal: AbortSignal): Promise<void> {
    const { Client } = pgPackage();
    const { host, port } = new Client(this.clientConfig(await this.source.url(), undefined)) as unknown as PgClient;
    await greet({ host, port }, signal);
  }

  close(connection: PostgresConnection): Promise<void> | undefined {
    this.connections.delete(connection);
    return connection.close();
  }

  validate(connection: PostgresConnection): Promise<void> {
    return connection.ping();
  }

  clean(connection: PostgresConnection): boolean | Promise<boolean> {
    return connection.clean();
  }

  /** Closes connections whose server has not answered for too long: it is frozen, or the network drops packets. */
  closeSilentConnections(): void {
    const nowMs = this.clock.monotonic();
    for (const connection of this.connections) connection.closeIfSilent(nowMs);
  }

  /** Connects with the credentials there are, and once more where they have been rotated. */
  private async connectAs(url: string, signal: AbortSignal, lost: (error: unknown) => void) {
    const used = await this.access.credentials();
    try {
      return await this.connect(url, used, signal, lost);
    } catch (error) {
      if (!this.access.mayRetry(error, used)) throw error;
      return await this.connect(url, await this.access.credentials(), signal, lost);
    }
  }

  private async connect(
    url: string,
    credentials: Credentials | undefined,
    signal: AbortSignal,
    onLost: (error: unknown) => void,
  ): Promise<PostgresConnection> {
    let isOpen = false;
    const lost = (error: unknown) => {
      if (!isOpen) return; // it could not be opened, which is told of below
      onLost(error);
      this.onLost?.();
    };
    const { Client } = pgPackage();
    const client = new Client(this.clientConfig(url, credentials)) as unknown as PgClient;
    const connection = new PostgresConnection(
      client,
      { ...this.options, serverKeepsTime: !this.withoutStartupOptions },
      (refused) => this.failover?.refused(refused) ?? true,
    );
    // Without a listener for `error` a killed backend would end this process, so the listener is never removed.
    client.on('error', lost);
    client.once('end', () => {
      this.connections.delete(connection);
      lost(new Error('The server closed the connection'));
    });
    const onAbort = () => client.connection.stream.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    const deadline = new ConnectDeadline(client, this.options.connectTimeoutMs);
    try {
      signal.throwIfAborted();
      await client.connect();
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    } finally {
      deadline.clear();
      signal.removeEventListener('abort', onAbort);
    }
    isOpen = true;
    this.connections.add(connection);
    connection.session.start();
    return connection;
  }

  private clientConfig(url: string, credentials: Credentials | undefined): ClientConfig {
    const { queryTimeoutMs, applicationName } = this.options;
    const config: ClientConfig = {
      ...this.access.configFor(url, credentials),
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      fallback_application_name: applicationName,
    };
    if (this.withoutStartupOptions) return config;
    // The server notices within a second that the client of a running statement is gone.
    return { ...config, statement_timeout: queryTimeoutMs, options: '-c client_connection_check_interval=1000' };
  }
}
