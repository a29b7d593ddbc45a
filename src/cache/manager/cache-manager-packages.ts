import { isInstalled, requirePackages } from '../../common/optional-package';

const PACKAGES = ['@nestjs/cache-manager', 'cache-manager', 'keyv'];

type NestCacheManager = typeof import('@nestjs/cache-manager');

/** `@nestjs/cache-manager` and what it stands on, where the application has them; undefined elsewhere. */
export const cacheManagerPackages = isInstalled(...PACKAGES)
  ? {
      ...(require('cache-manager') as typeof import('cache-manager')),
      ...(require('keyv') as typeof import('keyv')),
      nest: require('@nestjs/cache-manager') as NestCacheManager,
    }
  : undefined;

/** What `CacheInterceptor` is where it cannot be. */
export class MissingInterceptor {
  /** @throws ModuleImportError always */
  constructor() {
    requirePackages('CacheInterceptor', PACKAGES);
  }
}
