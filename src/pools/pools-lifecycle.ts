import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PoolRegistry } from './pool-registry';
import { POOLS_OPTIONS } from './pools.module-definition';
import type { PoolsOptions } from './pools.options';

/** Opens every pool at start, whether its server is there or not, and drains them all at the end. */
@Injectable()
export class PoolsLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly registry: PoolRegistry,
    @Inject(POOLS_OPTIONS) private readonly options: PoolsOptions,
  ) {}

  async onModuleInit(): Promise<void> {
    await Promise.all(this.registry.all().map((pool) => pool.start()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.registry.all().map((pool) => pool.drain(this.options.drainTimeoutMs)));
  }
}
