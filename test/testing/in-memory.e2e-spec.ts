import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CacheModule } from '../../src/cache/cache.module';
import { CacheService } from '../../src/cache/cache.service';
import { Cached } from '../../src/cache/decorators/cached.decorator';
import { InvalidatesCache } from '../../src/cache/decorators/invalidates-cache.decorator';
import { PoolsModule } from '../../src/pools/pools.module';
import { Pools } from '../../src/pools/pools.service';
import { Transactional } from '../../src/pools/postgres/transactional.decorator';
import { inMemoryCache, inMemoryPools, type InMemoryPoolsOptions, ManualClock } from '../../src/testing';

@Injectable()
class Products {
  constructor(private readonly pools: Pools) {}

  @Cached({ ttlMs: 30_000, key: (id: number) => `product:${id}` })
  async byId(id: number): Promise<unknown> {
    const { rows } = await this.pools.postgres.query('SELECT * FROM products WHERE id = $1', [id]);
    return rows[0];
  }

  @InvalidatesCache({ keys: (id: number) => [`product:${id}`] })
  @Transactional()
  async rename(id: number, name: string): Promise<number> {
    const { rowCount } = await this.pools.postgres.query('UPDATE products SET name = $2 WHERE id = $1', [id, name]);
    return rowCount ?? 0;
  }

  async priceOf(id: number): Promise<unknown> {
    const response = await this.pools.http.request(`http://prices/${id}`);
    return response.ok ? response.json() : undefined;
  }
}

describe('the application in its own tests, without servers', () => {
  const asked: [string, readonly unknown[], string][] = [];
  const query: InMemoryPoolsOptions['query'] = (text, values, pool) => {
    asked.push([text, values, pool]);
    return [{ id: values[0], name: 'lamp' }];
  };

  async function start(options: InMemoryPoolsOptions = { query }) {
    asked.length = 0;
    const clock = new ManualClock();
    const module = await Test.createTestingModule({
      // Where nothing listens: it must not be asked.
      imports: [PoolsModule.forRoot({ postgres: { url: 'postgres://127.0.0.1:1/none' } }), CacheModule.forRoot()],
      providers: [Products],
    })
      .overrideProvider(Pools)
      .useValue(inMemoryPools({ ...options, clock }))
      .overrideProvider(CacheService)
      .useValue(inMemoryCache({ clock }))
      .compile();
    await module.init();
    return { module, clock, products: module.get(Products) };
  }

  it('reads by the query it is given, and again when the clock is moved beyond the time to live', async () => {
    const { module, clock, products } = await start();
    expect(await products.byId(7)).toEqual({ id: 7, name: 'lamp' });
    await products.byId(7);
    clock.advance(29_000);
    await products.byId(7);
    expect(asked).toEqual([['SELECT * FROM products WHERE id = $1', [7], 'postgres']]);
    clock.advance(2_000);
    await products.byId(7);
    expect(asked).toHaveLength(2);
    await module.close();
  });

  it('writes in a transaction, and invalidates', async () => {
    const { module, products } = await start();
    await products.byId(7);
    expect(await products.rename(7, 'desk')).toBe(1);
    await products.byId(7);
    expect(asked.map(([text]) => text.split(' ')[0])).toEqual(['SELECT', 'UPDATE', 'SELECT']);
    await module.close();
  });

  it('gets the answer to a request, or is told that there is none', async () => {
    const { module, products } = await start({ request: (url) => ({ body: { url, price: 3 } }) });
    expect(await products.priceOf(4)).toEqual({ url: 'http://prices/4', price: 3 });
    await module.close();
    const { module: bare, products: asking } = await start({});
    await expect(asking.priceOf(4)).rejects.toThrow('inMemoryPools() has no answer to http://prices/4');
    await bare.close();
  });
});

describe('inMemoryPools()', () => {
  it('keeps texts as Redis does, and lets them expire by the clock', async () => {
    const clock = new ManualClock();
    const { redis } = inMemoryPools({ clock });
    await redis.client.set('a', 1, 'EX', 10);
    expect(await redis.client.set('a', 2, 'EX', 10, 'NX')).toBeNull();
    expect(await redis.use(async (connection) => connection.incr('a'))).toBe(2);
    expect(await redis.client.ttl('a')).toBe(10);
    clock.advance(10_000);
    expect(await redis.client.mget('a', 'b')).toEqual([null, null]);
  });

  it('has named pools, each with its name in the query', async () => {
    const pools = inMemoryPools({ query: (_text, _values, pool) => [{ pool }] });
    expect((await pools.postgres('reports').query('SELECT 1')).rows).toEqual([{ pool: 'reports' }]);
    expect((await pools.postgres.query('SELECT 1')).rows).toEqual([{ pool: 'postgres' }]);
  });

  it('names what it does not have', () => {
    const pools = inMemoryPools();
    expect(() => pools.postgres.listen('orders', () => undefined)).toThrow('inMemoryPools() has no postgres.listen');
    expect(() => pools.redis.client.zadd('a', 1, 'b')).toThrow('inMemoryPools() has no client of redis.zadd');
  });
});
