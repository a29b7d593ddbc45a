import { Injectable, Logger, Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CacheModule } from '../cache.module';
import { Cached, type CachedOptions } from './cached.decorator';

/** A class called Repository, each time another one. */
function repository(options: CachedOptions<never[]> = {}) {
  @Injectable()
  class Repository {
    @Cached(options)
    async find(): Promise<string> {
      return 'found';
    }
  }
  return Repository;
}

async function warningsOf(...providers: Provider[]): Promise<unknown[]> {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  @Module({ imports: [CacheModule.forRoot({ redis: false })], providers })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
  const messages = warn.mock.calls.map(([message]) => message as unknown);
  await app.close();
  warn.mockRestore();
  return messages.filter((message) => String(message).includes('share'));
}

const named = (useClass: new () => object, provide: string): Provider => ({ provide, useClass });

describe('classes of one name with @Cached()', () => {
  it('are warned of at the start, as they share their entries', async () => {
    const warnings = await warningsOf(named(repository(), 'users'), named(repository(), 'orders'));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^two classes share the cache key Repository\.find, .*; rename one, or give its @Cached\(\)/,
      ),
    ]);
  });

  it('are fine where their keys or namespaces differ', async () => {
    const orders = [repository({ key: 'orders' }), repository({ key: () => 'orders' }), repository({ namespace: 'o' })];
    for (const other of orders) {
      expect(await warningsOf(named(repository(), 'users'), named(other, 'orders'))).toEqual([]);
    }
  });

  it('are one class where it is provided twice, and others where they extend it', async () => {
    const users = repository();
    class Guests extends users {}
    expect(await warningsOf(named(users, 'users'), named(users, 'again'), named(Guests, 'guests'))).toEqual([]);
  });
});
