import { Redis } from 'ioredis';
import { SystemClock } from '../../src/common/clock';
import { defaultKeyPrefix } from '../../src/common/application-name';
import { CacheService } from '../../src/cache/cache.service';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';

/** One Redis for two applications, each with two processes, in database 0 and in database 1. */
describe('applications and databases in one Redis', () => {
  let server: RedisServer;
  const clients: Redis[] = [];
  const caches: CacheService[] = [];

  const open = async (application: string, database: number): Promise<CacheService> => {
    const connect = (): Redis => {
      const client = new Redis(`${server.url}/${database}`, { autoResubscribe: false });
      clients.push(client);
      return client;
    };
    const options = { prefix: defaultKeyPrefix(application), redisTimeoutMs: 1_000 };
    const cache = new CacheService(options, new SystemClock(), { client: connect(), subscriber: connect() });
    caches.push(cache);
    cache.onModuleInit();
    await eventually('the bus is up', () => cache.stats().redis!.bus === 'up');
    return cache;
  };

  beforeAll(async () => void (server = await RedisServer.start()));
  afterAll(async () => {
    await Promise.all(caches.map((cache) => cache.onApplicationShutdown()));
    for (const client of clients) client.disconnect();
    await server.close();
  });

  it('share keys, tags, locks and invalidations with their own processes only', async () => {
    const owners = [['shop', 0], ['shop', 1], ['blog', 0], ['blog', 1]] as const; // prettier-ignore
    const pairs = await Promise.all(
      owners.map(async ([application, database]) => ({
        owner: `${application} ${database}`,
        writer: await open(application, database),
        reader: await open(application, database),
      })),
    );
    await Promise.all(pairs.map(({ owner, writer }) => writer.set('k', owner, { tags: ['t'] })));
    for (const { owner, reader } of pairs) expect(await reader.get('k')).toBe(owner);
    const loaded = await Promise.all(pairs.map(({ owner, writer }) => writer.getOrSet('same', () => owner)));
    expect(loaded).toEqual(pairs.map(({ owner }) => owner));
    // What its own processes published: the first set, and the end of the load.
    const sent = pairs.map(() => 2);
    const arrived = () =>
      eventually('all of it arrived, and nothing else', () =>
        pairs.every(({ reader }, at) => reader.stats().redis!.busMessages === sent[at]),
      );
    await arrived();
    for (const [changed, { writer, reader }] of pairs.entries()) {
      for (const invalidate of [() => writer.deleteByTag('t'), () => writer.clear()]) {
        await Promise.all(pairs.map((pair) => pair.writer.set('k', pair.owner, { tags: ['t'] })));
        for (const at of pairs.keys()) sent[at]!++;
        await arrived();
        for (const { owner, reader: other } of pairs) expect(await other.get('k')).toBe(owner);
        await invalidate();
        sent[changed]!++;
        await arrived();
        expect(reader.getSync('k')).toBeUndefined();
        for (const [at, pair] of pairs.entries()) {
          if (at !== changed) expect([pair.owner, pair.reader.getSync('k')]).toEqual([pair.owner, pair.owner]);
        }
      }
    }
  });
});
