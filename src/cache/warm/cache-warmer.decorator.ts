import { SetMetadata } from '@nestjs/common';
import { checked, checkOptions, TEXT } from '../option.checks';

export interface CacheWarmerOptions {
  /** What it is called in statistics and over HTTP. */
  readonly name: string;
  /** When it runs again after the start, as a cron expression. */
  readonly cron?: string;
}

const RULES = { name: TEXT, cron: TEXT };

export const CACHE_WARMER = Symbol('cache warmer');

/**
 * Marks a method of a provider that fills the cache: it runs at start, on its schedule and on request, and gets a
 * WarmUp to work through many keys a few at a time. Throws CacheOptionError for options that are not as declared.
 */
export function CacheWarmer(options: CacheWarmerOptions): MethodDecorator {
  checkOptions(options, RULES);
  checked('the name of a cache warmer', options.name, TEXT);
  return SetMetadata(CACHE_WARMER, options);
}
