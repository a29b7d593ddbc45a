import { Injectable } from '@nestjs/common';
import { PostgresPool } from './postgres/postgres.pool';

/** The managed pools, to be injected wherever one is used. */
@Injectable()
export class Pools {
  constructor(readonly postgres: PostgresPool) {}
}
