import { type DynamicModule, Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { DirectConnections } from './direct-connections';
import { poolToken } from './inject-pool.decorator';
import { PoolRegistry } from './pool-registry';
import { poolSetProviders } from './pool-set';
import { PoolsEventLog } from './pools-event-log';
import { PoolsLifecycle } from './pools-lifecycle';
import {
  type AsyncPoolsModuleOptions,
  ConfigurablePoolsModule,
  type GlobalPoolsModuleOptions,
  poolsOptionsProviders,
} from './pools.module-definition';
import { Pools } from './pools.service';
import { POOL_NAMES } from './pools-option';

/** The pools, the registry that lists them, and their life from start to drain. */
@Module({
  imports: [CommonModule],
  providers: [...poolsOptionsProviders, ...poolSetProviders, Pools, DirectConnections, PoolsLifecycle, PoolsEventLog],
  exports: [Pools, PoolRegistry, DirectConnections],
})
export class PoolsModule extends ConfigurablePoolsModule {
  static override forRoot(options: GlobalPoolsModuleOptions): DynamicModule {
    const kinds = [options.postgres, options.redis, options.qdrant];
    const names = kinds.flatMap((kind) => Object.keys(kind?.named ?? {}));
    return withPools(super.forRoot(options), names);
  }

  /** `names` are those of the pools to be injected with `@InjectPool()`, which must be known before the options are. */
  static override forRootAsync(options: AsyncPoolsModuleOptions): DynamicModule {
    return withPools(super.forRootAsync(options), options.names ?? []);
  }
}

/** Lets each pool be injected by its name. */
function withPools(definition: DynamicModule, names: readonly string[]): DynamicModule {
  const tokens = new Map([...POOL_NAMES, ...names].map((name) => [poolToken(name), name]));
  const providers = [...tokens].map(([provide, name]) => ({
    provide,
    inject: [PoolRegistry],
    useFactory: (registry: PoolRegistry) => registry.get(name),
  }));
  return {
    ...definition,
    providers: [...(definition.providers ?? []), ...providers],
    exports: [...(definition.exports ?? []), ...tokens.keys()],
  };
}
