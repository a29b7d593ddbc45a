import { Injectable } from '@nestjs/common';
import { HttpPool } from './http/http-pool';
import { PostgresPool } from './postgres/postgres-pool';
import { QdrantPool } from './qdrant/qdrant-pool';
import { RedisPool } from './redis/redis-pool';

/** The managed pools, to be injected wherever one is used. */
@Injectable()
export class Pools {
  constructor(
    readonly postgres: PostgresPool,
    readonly redis: RedisPool,
    readonly http: HttpPool,
    readonly qdrant: QdrantPool,
  ) {}
}
