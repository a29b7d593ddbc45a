import { SetMetadata } from '@nestjs/common';

export interface CacheWarmerOptions {
  /** What it is called in statistics and over HTTP. */
  readonly name: string;
  /** When it runs again after the start, as a cron expression. */
  readonly cron?: string;
}

export const CACHE_WARMER = Symbol('cache warmer');

/**
 * Marks a method of a provider that fills the cache: it runs at start, on its schedule and on request, and gets a
 * WarmUp to work through many keys a few at a time.
 */
export const CacheWarmer = (options: CacheWarmerOptions): MethodDecorator => SetMetadata(CACHE_WARMER, options);
