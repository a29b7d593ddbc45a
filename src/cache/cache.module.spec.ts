import { Injectable, Logger, Module, type ModuleMetadata } from '@nestjs/common';
import { CacheModule as OtherCacheModule } from '@nestjs/cache-manager';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { CacheModule } from './cache.module';
import { CacheService, coreOf } from './cache.service';
import { Cached } from './decorators/cached.decorator';

@Injectable()
class Answers {
  asked = 0;

  @Cached()
  async answer(): Promise<number> {
    return ++this.asked;
  }
}

async function start(...imports: NonNullable<ModuleMetadata['imports']>) {
  @Module({ imports, providers: [Answers] })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
  return { app, answers: app.get(Answers), cache: app.get(CacheService, { strict: false }) };
}

describe('CacheModule in an application that has nothing else of ours', () => {
  let warn: jest.SpyInstance;
  const warned = (): unknown[] => warn.mock.calls.map(([message]) => message);
  beforeEach(() => (warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation()));
  afterEach(() => warn.mockRestore());

  it('works without options and without a scheduler, and says what then does not happen', async () => {
    const { app, answers, cache } = await start(CacheModule.forRoot());
    expect(await answers.answer()).toBe(1);
    expect(await answers.answer()).toBe(1);
    expect(coreOf(cache).options).toMatchObject({ prefix: 'pg-performance-gateway', ttlMs: 3_600_000 });
    expect(warned()).toEqual([expect.stringMatching(/^upkeep does not run: .* import ScheduleModule\.forRoot\(\)/)]);
    await app.close();
  });

  it('has its upkeep on the schedule of ScheduleModule', async () => {
    const { app } = await start(ScheduleModule.forRoot(), CacheModule.forRoot({ ttlMs: 1_000 }));
    expect(app.get(SchedulerRegistry, { strict: false }).getIntervals()).toEqual(['cache-purge', 'cache-hot-keys']);
    expect(warned()).toEqual([]);
    await app.close();
  });

  it.each([
    ['with a scheduler', [ScheduleModule.forRoot()]],
    ['without', []],
  ])('cannot be two caches, %s', async (_, scheduler) => {
    const twice = [CacheModule.forRoot(), CacheModule.forRoot({ ttlMs: 2_000 })];
    await expect(start(...scheduler, ...twice)).rejects.toThrow('CacheModule is imported twice; import it once');
  });

  it('says where CACHE_MANAGER is that of another module as well', async () => {
    const { app } = await start(ScheduleModule.forRoot(), CacheModule.forRoot(), OtherCacheModule.register());
    expect(warned()).toEqual([expect.stringContaining('CacheModule of @nestjs/cache-manager is imported as well')]);
    await app.close();
  });

  it('is refused without forRoot, with what to write', async () => {
    await expect(start(CacheModule)).rejects.toThrow('CacheModule is imported without forRoot(); import CacheModule.');
  });

  it('takes its options from forRootAsync as well', async () => {
    const { app, cache } = await start(CacheModule.forRootAsync({ useFactory: () => ({ prefix: 'shop' }) }));
    expect(coreOf(cache).options.prefix).toBe('shop');
    await app.close();
  });

  it('says where a class with decorated methods has no cache', async () => {
    await expect(start()).rejects.toThrow('cache of @Cached() and @InvalidatesCache(); import CacheModule.forRoot()');
  });

  it('runs decorated methods as they are where a test provides no cache', async () => {
    @Module({ providers: [Answers, { provide: CacheService, useValue: null }] })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    expect(await app.get(Answers).answer()).toBe(1);
    expect(await app.get(Answers).answer()).toBe(2);
    await app.close();
  });

  it('knows the namespaces of decorated methods before they are called', async () => {
    @Injectable()
    class Users {
      @Cached({ namespace: 'users' })
      async find(): Promise<void> {}
    }
    @Module({ imports: [ScheduleModule.forRoot(), CacheModule.forRoot()], providers: [Users] })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    const cache = app.get(CacheService, { strict: false });
    expect((await cache.existing('users')).name).toBe('users');
    await expect(cache.existing('user')).rejects.toThrow('there is no cache namespace "user"');
    await app.close();
  });

  it('is one cache where two modules import the same one', async () => {
    const cache = CacheModule.forRoot();
    @Module({ imports: [cache] })
    class Feature {}
    const { app } = await start(ScheduleModule.forRoot(), Feature, cache);
    await app.close();
  });
});
