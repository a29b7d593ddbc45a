import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import * as pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Pools } from '../pools/pools.service';
import { Database } from './database';
import { DATABASE_SCHEMA, type DatabaseOptions } from './database.options';
import { TypeOrmLog } from './typeorm-log';

/** TypeORM on the very PostgreSQL pool everything else uses, so that its connections are counted and guarded too. */
@Module({})
export class DatabaseModule {
  static forRoot(options: DatabaseOptions = {}): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [Pools],
          useFactory: (pools: Pools) => dataSourceOptions(pools, options),
          dataSourceFactory: (given) => Promise.resolve(new DataSource(given as DataSourceOptions)),
        }),
      ],
      providers: [Database],
      exports: [Database, TypeOrmModule],
    };
  }
}

function dataSourceOptions(pools: Pools, { entities = [], migrations = [] }: DatabaseOptions): TypeOrmModuleOptions {
  // Called with `new`: what a constructor returns takes the place of the new object.
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
