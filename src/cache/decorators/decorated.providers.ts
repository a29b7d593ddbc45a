import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { CacheService } from '../cache.service';
import { giveCache } from './injected-cache';

/**
 * Gives the cache to decorated instances that Nest did not construct itself (`useFactory`, `useValue`), which get no
 * injected properties. Those of a factory that runs for every request are out of reach: their methods stay as they are.
 */
@Injectable()
export class DecoratedProviders implements OnModuleInit {
  constructor(
    private readonly cache: CacheService,
    private readonly discovery: DiscoveryService,
  ) {}

  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders()) giveCache(instance, this.cache);
  }
}
