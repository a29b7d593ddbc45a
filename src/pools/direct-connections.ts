import type { QdrantClient } from '@qdrant/js-client-rest';
import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Pool as DriverPool } from 'pg';
import type { Pool as UndiciPool } from 'undici';
import { Clock } from '../common/clock';
import { CREDENTIALS_TIMEOUT_MS, CredentialsSource } from './credentials-source';
import { undiciPackage } from './http/undici-package';
import { POOL_SET } from './pool-set-token';
import type { PoolSet } from './pool-set';
import { REDIS_POOL } from './pools-option';
import { PoolNotConfiguredError } from './pools.errors';
import { POOLS_OPTIONS } from './pools.module-definition';
import type { PoolsOptions } from './pools.options';
import { pgPackage } from './postgres/pg-package';
import { PostgresAccess } from './postgres/postgres-access';
import { qdrantPackage } from './qdrant/qdrant-package';
import { redisPackage } from './redis/redis-package';
import { Tls } from './tls';

/**
 * Connections of the drivers themselves to the same servers, with the same credentials: no limit, deadline or breaker of
 * ours, and nothing counted. For those who compare the pools with them; not offered to applications.
 */
@Injectable()
export class DirectConnections {
  constructor(
    @Inject(POOLS_OPTIONS) private readonly options: PoolsOptions,
    @Inject(POOL_SET) private readonly set: PoolSet,
    private readonly clock: Clock,
  ) {}

  /** The driver's own pool; the caller ends it. @throws PoolNotConfiguredError, PoolCredentialsError */
  async postgres(max: number): Promise<DriverPool> {
    const { postgresServer } = this.set;
    if (postgresServer === undefined) throw new PoolNotConfiguredError('postgres', 'postgres.url');
    const access = new PostgresAccess(this.options.postgres, this.clock, 'postgres');
    const config = access.configFor(await postgresServer.url(), await access.credentials());
    const pool = new (pgPackage().Pool)({ ...config, max });
    pool.on('error', () => undefined); // an idle client that is killed would end the process
    return pool;
  }

  /** One connection, open; the caller disconnects it. @throws PoolNotConfiguredError, what ioredis throws */
  async redis(): Promise<Redis> {
    const { redis } = this.options;
    if (redis.url === undefined) throw new PoolNotConfiguredError('redis', 'redis.url');
    const { credentials } = redis;
    const { RedisClient } = redisPackage();
    const client = new RedisClient(redis.url, {
      lazyConnect: true,
      access: {
        pool: REDIS_POOL,
        tls: Tls.of(redis, 'redis'),
        credentials: credentials && new CredentialsSource(credentials, CREDENTIALS_TIMEOUT_MS, this.clock),
      },
    });
    client.on('error', () => undefined); // what fails is told by the commands
    await client.connect();
    return client;
  }

  /** undici's own pool to that origin, with the TLS of the HTTP pool; the caller closes it. */
  http(origin: string, connections: number): UndiciPool {
    const tls = Tls.of(this.options.http, 'http');
    const { Pool } = undiciPackage();
    return new Pool(origin, { connections, pipelining: 1, ...(tls !== undefined && { connect: tls.options() }) });
  }

  /** The official client over its own connections. @throws PoolNotConfiguredError */
  qdrant(): QdrantClient {
    const { url, apiKey } = this.options.qdrant;
    const [first] = url?.split('|') ?? [];
    if (first === undefined) throw new PoolNotConfiguredError('qdrant', 'qdrant.url');
    const { QdrantClient: Client } = qdrantPackage();
    return new Client({ url: first, checkCompatibility: false, ...(apiKey !== undefined && { apiKey }) });
  }
}
