import { optionalPackage } from '../../common/optional-package';

/** Our connections, which extend those of ioredis: loaded with the first pool that has a server. */
export const redisPackage = optionalPackage('ioredis', 'Redis', () => ({
  ...(require('./redis-client') as typeof import('./redis-client')),
  ...(require('./dedicated-redis-client') as typeof import('./dedicated-redis-client')),
  ...(require('./shared-redis-client') as typeof import('./shared-redis-client')),
  ...(require('./subscriber-redis-client') as typeof import('./subscriber-redis-client')),
}));
