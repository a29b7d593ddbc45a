import { type DynamicModule, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import * as pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { refuseSecond, refuseWithoutOptions } from '../common/settings/options-provider';
import { ModuleImportError } from '../common/settings/settings.errors';
import { Pools } from '../pools/pools.service';
import { Database } from './database';
import { DATABASE_OPTIONS, DATABASE_SCHEMA, type DatabaseOptions, resolveDatabaseOptions } from './database.options';
import { TypeOrmLog } from './typeorm-log';

const POOLS_MISSING =
  'DatabaseModule works on the PostgreSQL pool of PoolsModule, which is not imported: add ' +
  "PoolsModule.forRoot({ postgres: { url } }) of 'performance-gateway/pools' to the imports";

/** TypeORM on the PostgreSQL pool that everything else uses, so that its connections have the same limits and figures. */
@Module({
  // Stands where forRoot() has not put the options.
  providers: [{ provide: DATABASE_OPTIONS, useFactory: () => refuseWithoutOptions('DatabaseModule') }],
})
export class DatabaseModule {
  constructor(modules: ModulesContainer) {
    refuseSecond(modules, DatabaseModule, 'DatabaseModule');
  }

  /** @throws ModuleOptionsError with everything that cannot be right */
  static forRoot(given: DatabaseOptions = {}): DynamicModule {
    const options = resolveDatabaseOptions(given);
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [{ token: Pools, optional: true }],
          useFactory: (pools?: Pools) => dataSourceOptions(required(pools), options),
          dataSourceFactory: (typeOrm) => Promise.resolve(new DataSource(typeOrm as DataSourceOptions)),
        }),
      ],
      providers: [
        {
          provide: Database,
          inject: [DataSource, { token: Pools, optional: true }],
          useFactory: (dataSource: DataSource, pools?: Pools) => new Database(dataSource, required(pools)),
        },
        { provide: DATABASE_OPTIONS, useValue: options },
      ],
      exports: [Database, TypeOrmModule],
    };
  }
}

function required(pools: Pools | undefined): Pools {
  if (pools === undefined) throw new ModuleImportError(POOLS_MISSING);
  return pools;
}

function dataSourceOptions(
  pools: Pools,
  { entities, migrations }: ReturnType<typeof resolveDatabaseOptions>,
): TypeOrmModuleOptions {
  // TypeORM calls it with `new`; an object that a constructor returns replaces the new one.
  const pooled = function () {
    return pools.postgres.driverFacade;
  };
  return {
    type: 'postgres',
    driver: { ...pg, defaults: pg.defaults, Pool: pooled },
    schema: DATABASE_SCHEMA,
    entities: [...entities],
    autoLoadEntities: true,
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    installExtensions: false,
    manualInitialization: true, // Database does it, as often as it takes
    logger: new TypeOrmLog(),
    logging: ['error', 'warn', 'migration'],
  };
}
