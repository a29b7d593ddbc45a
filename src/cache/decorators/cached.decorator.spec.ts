import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CommonModule } from '../../common/common.module';
import { CacheModule } from '../cache.module';
import { CacheService } from '../cache.service';
import { Cached } from './cached.decorator';
import { InvalidatesCache } from './invalidates-cache.decorator';

@Injectable()
class Users {
  readonly finds: unknown[] = [];

  @Cached({ ttlMs: 60_000, tags: (filter: { role: string }) => [`role:${filter.role}`] })
  async find(filter: { role: string; active?: boolean }): Promise<string[]> {
    this.finds.push(filter);
    return [filter.role];
  }

  @Cached({ key: 'count' })
  async count(): Promise<number> {
    return this.finds.push('count');
  }

  @InvalidatesCache({ tags: (role: string) => [`role:${role}`], keys: ['count'] })
  async rename(role: string): Promise<void> {
    if (role === 'broken') throw new Error('broken');
  }
}

async function start() {
  const module = await Test.createTestingModule({
    imports: [
      CommonModule,
      CacheModule.forRoot({
        memory: true,
        redis: false,
        ttlMs: 1_000,
        memoryLimitBytes: 1e6,
        prefix: 't',
        redisTimeoutMs: 100,
      }),
    ],
    providers: [Users],
  }).compile();
  return { users: module.get(Users), cache: module.get(CacheService) };
}

describe('@Cached and @InvalidatesCache', () => {
  it('caches each combination of arguments, until it is invalidated', async () => {
    const { users } = await start();
    expect(await users.find({ role: 'admin', active: true })).toEqual(['admin']);
    expect(await users.find({ active: true, role: 'admin' })).toEqual(['admin']);
    await users.find({ role: 'guest' });
    expect(users.finds).toHaveLength(2);
    await users.rename('admin');
    await users.find({ role: 'admin', active: true });
    await users.find({ role: 'guest' });
    expect(users.finds).toHaveLength(3);
  });

  it('invalidates also when the method failed', async () => {
    const { users, cache } = await start();
    await users.count();
    expect(await cache.has('count')).toBe(true);
    await expect(users.rename('broken')).rejects.toThrow('broken');
    expect(await cache.has('count')).toBe(false);
  });

  it('is the plain method on an instance that Nest did not make', async () => {
    const users = new Users();
    await users.count();
    await users.count();
    expect(users.finds).toHaveLength(2);
  });
});
