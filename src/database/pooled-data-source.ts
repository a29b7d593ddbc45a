import * as pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { PostgresPool } from '../pools/postgres/postgres-pool';

/**
 * A data source on a pool that is there already. Its entities are known, and its repositories ask the pool, before it
 * is initialised: without a database they get the error of the pool.
 */
export class PooledDataSource extends DataSource {
  private readonly pool: PostgresPool['driverFacade'];

  constructor(options: DataSourceOptions, pool: PostgresPool['driverFacade']) {
    // TypeORM calls it with `new`; an object that a constructor returns replaces the new one.
    const pooled = function () {
      return pool;
    };
    super({ ...options, driver: { ...pg, defaults: pg.defaults, Pool: pooled } } as DataSourceOptions);
    this.pool = pool;
  }

  /** @throws what TypeORM finds wrong in the entities */
  async prepare(): Promise<this> {
    await this.buildMetadatas();
    Object.assign(this.driver, { master: this.pool });
    return this;
  }
}
