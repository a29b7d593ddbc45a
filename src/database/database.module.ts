import { type DynamicModule, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { refuseSecond, refuseWithoutOptions } from '../common/settings/options-provider';
import { ModuleImportError } from '../common/settings/settings.errors';
import { Pools } from '../pools/pools.service';
import { Database } from './database';
import {
  DATABASE_OPTIONS,
  type DatabaseOptions,
  type ResolvedDatabaseOptions,
  resolveDatabaseOptions,
} from './database.options';
import { PooledDataSource } from './pooled-data-source';
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
    let facade: Pools['postgres']['driverFacade'];
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [{ token: Pools, optional: true }],
          useFactory: (pools?: Pools) => {
            facade = required(pools).postgres.driverFacade;
            return dataSourceOptions(options);
          },
          dataSourceFactory: (typeOrm) => new PooledDataSource(typeOrm as DataSourceOptions, facade).prepare(),
        }),
      ],
      providers: [
        {
          provide: Database,
          inject: [DataSource, { token: Pools, optional: true }],
          useFactory: (dataSource: DataSource, pools?: Pools) => new Database(dataSource, required(pools), options),
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

function dataSourceOptions({
  entities,
  migrations,
  schema,
  namingStrategy,
  logging,
}: ResolvedDatabaseOptions): TypeOrmModuleOptions {
  return {
    type: 'postgres',
    ...(schema !== undefined && { schema }),
    ...(namingStrategy !== undefined && { namingStrategy }),
    entities: [...entities],
    autoLoadEntities: true,
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    installExtensions: false,
    manualInitialization: true, // Database does it, as often as it takes
    logger: new TypeOrmLog(logging),
  };
}
