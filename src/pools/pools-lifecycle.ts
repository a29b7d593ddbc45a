import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PoolRegistry } from './pool-registry';
import { Pools } from './pools.service';
import { POOLS_OPTIONS } from './pools.module-definition';
import type { PoolsOptions } from './pools.options';

/** Opens every pool at start, whether its server is there or not, and drains them all at the end. */
@Injectable()
export class PoolsLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly registry: PoolRegistry,
    @Inject(POOLS_OPTIONS) private readonly options: PoolsOptions,
    private readonly pools: Pools,
  ) {}

  async onModuleInit(): Promise<void> {
    // A test has put others in their place: nothing uses these.
    if (!(this.pools instanceof Pools)) return;
    await Promise.all(this.registry.all().map((pool) => pool.start()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.registry.all().map((pool) => pool.drain(this.options.drainTimeoutMs)));
  }
}
