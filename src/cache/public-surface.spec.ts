import { ManualClock } from '../testing/manual-clock';
import { CacheService } from './cache.service';

/** What applications may call, all of it: a member more or less does not compile here. */
const MEMBERS: Readonly<Record<keyof CacheService, 'method' | 'value'>> = {
  clear: 'method',
  counts: 'method',
  delete: 'method',
  deleteByPrefix: 'method',
  deleteByTag: 'method',
  deleteByTags: 'method',
  deleteMany: 'method',
  existing: 'method',
  expire: 'method',
  get: 'method',
  getMany: 'method',
  getOrSet: 'method',
  getOrSetMany: 'method',
  getSync: 'method',
  has: 'method',
  invalidate: 'method',
  keys: 'method',
  name: 'value',
  namespace: 'method',
  on: 'method',
  onApplicationShutdown: 'method',
  onModuleInit: 'method',
  set: 'method',
  setMany: 'method',
  stats: 'method',
};

describe('what the cache shows to applications', () => {
  it('is on CacheService what is listed, without its parts', () => {
    const cache = new CacheService({ redis: false }, new ManualClock());
    for (const [name, kind] of Object.entries(MEMBERS)) {
      const member: unknown = cache[name as keyof CacheService];
      expect([name, typeof member]).toEqual([name, kind === 'method' ? 'function' : 'string']);
    }
    expect('core' in cache).toBe(false);
  });
});
