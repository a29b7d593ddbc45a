import { Module } from '@nestjs/common';
import { PoolRegistry } from './pool.registry';
import { PoolsEventLog } from './pools.event-log';
import { PoolsLifecycle } from './pools.lifecycle';
import { ConfigurablePoolsModule } from './pools.module-definition';
import { Pools } from './pools.service';
import { PostgresPool } from './postgres/postgres.pool';
import { postgresPoolProvider } from './postgres/postgres.provider';

@Module({
  providers: [
    postgresPoolProvider,
    {
      provide: PoolRegistry,
      inject: [PostgresPool],
      useFactory: (...pools: PostgresPool[]) => new PoolRegistry(pools),
    },
    Pools,
    PoolsLifecycle,
    PoolsEventLog,
  ],
  exports: [Pools, PoolRegistry],
})
export class PoolsModule extends ConfigurablePoolsModule {}
