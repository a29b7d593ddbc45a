import { Controller, Injectable, Logger, Module, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { ManualClock } from '../../testing/manual-clock';
import { CacheModule } from '../cache.module';
import type { CacheOptions } from './cache.options';
import { CacheService, type NamespaceOptions } from '../cache.service';
import { Cached } from '../decorators/cached.decorator';
import { DEFAULT_ENTRY_OPTIONS, type EntryOptions, resolveEntryOptions } from './entry.options';
import { OptionWarnings } from './option-warnings';

const IDLE_SOFT = 'softTimeoutMs does nothing: with staleMs 0 there is never a stale value to answer with';
const NO_REDIS = 'it needs Redis, which is switched off or not configured';

function make(options: CacheOptions = {}): CacheService {
  return new CacheService(options, new ManualClock());
}

describe('options that do nothing together', () => {
  let warn: jest.SpyInstance;
  const warned = (): unknown[] => warn.mock.calls.map(([message]) => message);
  beforeEach(() => (warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation()));
  afterEach(() => warn.mockRestore());

  it.each<[NamespaceOptions, string]>([
    [{ softTimeoutMs: 100 }, IDLE_SOFT],
    [{ softTimeoutMs: 100, staleMs: 0 }, IDLE_SOFT],
    [{ softTimeoutMs: 5_000, staleMs: 1, hardTimeoutMs: 5_000 }, 'the load is given up after hardTimeoutMs, 5000'],
    [{ softTimeoutMs: 60_000, staleMs: 1 }, 'the load is given up after hardTimeoutMs, 30000'],
    [{ refreshAheadRatio: 0.9, ttlMs: 9 }, 'of ttlMs, 9, it leaves less than 1 ms to refresh in'],
    [{ refreshAheadRatio: 1 }, 'of ttlMs, 3600000, it leaves less than 1 ms to refresh in'],
    [{ refreshAheadRatio: 0.5, ttlMs: Number.POSITIVE_INFINITY }, 'refreshAheadRatio does nothing: ttlMs is Infinity'],
    [{ tiers: ['redis'] }, "tiers: ['redis'] keeps nothing: there is no redis tier"],
    [{ tiers: [] }, 'tiers: [] keeps nothing: it names no tier'],
    [{ lock: true }, `lock: true does nothing: ${NO_REDIS}`],
  ])('are warned of where a namespace is made with %p, once', (options, message) => {
    const cache = make();
    for (let i = 0; i < 3; i++) cache.namespace('users', options);
    expect(warned()).toEqual([expect.stringMatching(/^namespace users: /)]);
    expect(warned()[0]).toContain(message);
    cache.namespace('orders', options);
    expect(warned()).toHaveLength(2);
  });

  it.each<[CacheOptions, string]>([
    [{ defaults: { softTimeoutMs: 100, staleMs: 0 } }, `CacheModule.forRoot(), defaults: ${IDLE_SOFT}`],
    [{ defaults: { lock: true } }, `CacheModule.forRoot(), defaults: lock: true does nothing: ${NO_REDIS}`],
    [{ memory: false }, 'nothing is cached: its memory tier is off and it has no Redis'],
  ])('are warned of when the cache is made with %p', (options, message) => {
    make(options);
    expect(warned()).toEqual([message]);
  });

  it('are not what is inherited, or may be completed by a call', () => {
    const cache = make({ ttlMs: 5, defaults: { softTimeoutMs: 100, refreshAheadRatio: 0.5, hardTimeoutMs: 60_000 } });
    cache.namespace('a', { staleMs: 1_000 });
    cache.namespace('b', { staleMs: 0 });
    cache.namespace('c', { hardTimeoutMs: 50 });
    cache.namespace('d', { ttlMs: 0, refreshAheadRatio: 0.5 });
    cache.namespace('e', { softTimeoutMs: 0, lock: false, tiers: ['memory'], maxEntries: 5 });
    // The stale value only for those whose load failed.
    cache.namespace('f', { softTimeoutMs: Number.POSITIVE_INFINITY, staleMs: 1 });
    expect(warned()).toEqual([]);
  });

  it('are other ones with Redis and without memory', () => {
    const messages: string[] = [];
    const warnings = new OptionWarnings({ memory: false, redis: true }, (message) => messages.push(message));
    const examine = (options: EntryOptions & { maxEntries?: number }): void => {
      const { maxEntries: _, ...entry } = options;
      warnings.examine('here', options, resolveEntryOptions(entry, DEFAULT_ENTRY_OPTIONS));
    };
    examine({ tiers: ['redis'], lock: true });
    expect(messages).toEqual([]);
    examine({ tiers: ['memory'], lock: true, maxEntries: 5, refreshAheadRatio: 0.5 });
    expect(messages).toEqual([
      "here: tiers: ['memory'] keeps nothing: there is no memory tier",
      'here: lock: true does nothing: it needs Redis, which tiers leaves out',
      'here: refreshAheadRatio does nothing: it refreshes what memory holds, and memory is not used',
      'here: maxEntries does nothing: the memory tier is off',
    ]);
  });

  it('are warned of above methods when the application starts, once for all instances and classes', async () => {
    abstract class Repository {
      @Cached({ key: 'all', lock: true })
      async all(): Promise<void> {}
    }
    @Injectable()
    class Users extends Repository {
      @Cached({ softTimeoutMs: 100 })
      async find(): Promise<void> {}
      @Cached({ ttlMs: 5_000, staleMs: 1_000 })
      async count(): Promise<void> {}
    }
    @Injectable({ scope: Scope.REQUEST })
    class Orders extends Repository {
      @Cached({ key: 'orders', namespace: 'orders', tiers: ['redis'] })
      async find(): Promise<void> {}
    }
    @Controller('prices')
    class Prices {
      @Cached({ refreshAheadRatio: 1 })
      async find(): Promise<void> {}
    }
    @Module({
      imports: [ScheduleModule.forRoot(), CacheModule.forRoot()],
      controllers: [Prices],
      providers: [Users, Orders, { provide: 'made', useFactory: () => new Users() }],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    expect(warned().toSorted()).toEqual([
      "@Cached() on Orders.find: tiers: ['redis'] keeps nothing: there is no redis tier",
      '@Cached() on Prices.find: refreshAheadRatio does nothing: of ttlMs, 3600000, it leaves less than 1 ms to refresh in',
      `@Cached() on Repository.all: lock: true does nothing: ${NO_REDIS}`,
      `@Cached() on Users.find: ${IDLE_SOFT}`,
    ]);
    await app.close();
  });

  it('are refused where values of Redis could never be read back', () => {
    expect(() => make({ compressionThresholdBytes: 2_000, maxDecompressedBytes: 1_000 })).toThrow(
      'CacheModule.forRoot(): maxDecompressedBytes, 1000, must not be below compressionThresholdBytes, 2000',
    );
    expect(() => make({ compressionThresholdBytes: Number.POSITIVE_INFINITY })).not.toThrow();
  });
});
