import { SetMetadata } from '@nestjs/common';
import { placeOf } from '../decorators/decorated-method';
import { type Allowed, checked, checkOptions, TEXT } from '../options/option-checks';

export interface CacheWarmerOptions {
  /** What it is called in statistics and over HTTP. */
  readonly name: string;
  /** When it runs again after the start, as a cron expression. */
  readonly cron?: string;
}

// As long as POST /performance/cache/warm takes them.
const NAME: Allowed = {
  words: 'a text of 1 to 100 characters',
  test: (value) => typeof value === 'string' && value.length > 0 && value.length <= 100,
};
const RULES = { name: NAME, cron: TEXT };

export const CACHE_WARMER = Symbol('cache warmer');

/**
 * Marks a method of a provider that fills the cache: it runs at start, on its schedule and on request, and gets a
 * WarmUp to work through many keys a few at a time. Throws CacheOptionError for options that are not as declared.
 */
export function CacheWarmer(options: CacheWarmerOptions): MethodDecorator {
  return (target, name, descriptor) => {
    const place = placeOf('@CacheWarmer()', target, name);
    checkOptions(options, RULES, place);
    checked(`${place}: name`, options.name, NAME);
    SetMetadata(CACHE_WARMER, options)(target, name, descriptor);
  };
}
