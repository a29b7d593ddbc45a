import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { CacheService } from '../../src/cache/cache.service';
import {
  cacheResponse,
  entriesResponse,
  entryResponse,
  invalidatedResponse,
  warmersResponse,
} from '../../src/performance/cache/cache.schemas';
import { Pools } from '../../src/pools/pools.service';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';
import { asAdmin, asReader } from '../support/test-config';
import { busUp } from './redis-caches';

const PREFIX = 'over-http';

describe('the cache over HTTP', () => {
  let server: RedisServer;
  let app: NestExpressApplication;
  let cache: CacheService;
  let client: Pools['redis']['client'];
  beforeAll(async () => {
    server = await RedisServer.start();
    app = await startApp({ REDIS_URL: server.url, CACHE_REDIS_TIMEOUT_MS: '1000', CACHE_PREFIX: PREFIX });
    cache = app.get(CacheService);
    await busUp(cache);
    client = app.get(Pools).redis.client;
  }, 30_000);
  afterAll(async () => {
    await app?.close();
    await server.close();
  });
  beforeEach(() => cache.clear());

  const call = (method: 'get' | 'post' | 'delete', path: string, as: Record<string, string> = asAdmin) =>
    request(app.getHttpServer())[method](`/performance/cache${path}`).set(as);

  it('shows both tiers, namespaces, hottest keys and warmers', async () => {
    await cache.set('hot', { n: 1 });
    for (let n = 0; n < 1_000; n++) cache.getSync('hot');
    const { body } = await call('get', '', asReader).expect(200);
    expect(cacheResponse.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      redis: { breaker: 'closed', bus: 'up', queuedRecoveries: 0 },
      hottest: [{ namespace: 'default', key: 'hot' }],
      warmers: expect.arrayContaining([expect.objectContaining({ name: 'hottest-keys' })]),
    });
    expect(body.memory.entries).toBe(1);
    const names = body.namespaces.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['default', 'cache-manager']));
  });

  it('leaves nothing in Redis for namespaces that are only looked at', async () => {
    const before = await client.dbsize();
    for (const namespace of ['unused-1', 'unused-2']) {
      await call('get', '/entries', asReader).query({ namespace, tier: 'redis' }).expect(404);
      await call('get', '/entries/k', asReader).query({ namespace, tier: 'redis' }).expect(404);
    }
    expect(await client.dbsize()).toBe(before);
  });

  it.each<['get' | 'post' | 'delete', string, object | undefined]>([
    ['get', '/entries?namespace=invented', undefined],
    ['get', '/entries?namespace=invented&tier=redis', undefined],
    ['get', '/entries/k?namespace=invented', undefined],
    ['get', '/entries/k?namespace=invented&tier=redis', undefined],
    ['delete', '/entries/k?namespace=invented', undefined],
    ['post', '/invalidate', { keys: ['k'], namespace: 'invented' }],
    ['post', '/invalidate', { tags: ['t'], namespace: 'invented' }],
    ['post', '/invalidate', { prefix: 'p', namespace: 'invented' }],
    ['post', '/invalidate', { all: true, namespace: 'invented' }],
  ])('says which namespaces there are: %s %s %j', async (method, path, body) => {
    const { body: problem } = await call(method, path).send(body).expect(404);
    expect(problem).toMatchObject({
      code: 'CACHE_NAMESPACE_UNKNOWN',
      detail: expect.stringMatching(/^The namespace "invented" does not exist; this copy has .*cache-manager, default/),
    });
  });

  it.each(['memory', 'redis'])('lists the entries of %s page by page', async (tier) => {
    const keys = Array.from({ length: 25 }, (_, n) => `list:${n}`);
    await cache.setMany([...keys, 'other'].map((key) => [key, key]));
    const found: string[] = [];
    let cursor: string | null = '';
    do {
      const query: Record<string, string> = { tier, prefix: 'list:', limit: '10', ...(cursor ? { cursor } : {}) };
      const { body } = await call('get', '/entries', asReader).query(query).expect(200);
      expect(entriesResponse.parse(body)).toEqual(body);
      found.push(...body.entries.map((entry: { key: string }) => entry.key));
      cursor = body.cursor as string | null;
    } while (cursor !== null);
    expect(found.toSorted()).toEqual(keys.toSorted());
  });

  it.each(['memory', 'redis'])('shows an entry of %s, its value only to an admin', async (tier) => {
    await cache.set('a/b c', { at: new Date(0), n: 1 }, { tags: ['t'], ttlMs: 60_000 });
    const path = `/entries/${encodeURIComponent('a/b c')}`;
    const lookups = () => {
      const { memory, redis } = cache.stats().namespaces[0]!;
      return [memory.hits, memory.misses, redis!.hits, redis!.misses];
    };
    const before = lookups();
    const reader = await call('get', path, asReader).query({ tier }).expect(200);
    expect(entryResponse.parse(reader.body)).toEqual(reader.body);
    expect(reader.body).toMatchObject({ key: 'a/b c', tags: ['t'] });
    expect(reader.body).not.toHaveProperty('value');
    const admin = await call('get', path).query({ tier }).expect(200);
    expect(admin.body.value).toEqual({ at: { $: ['d', '0'] }, n: 1 });
    const missing = await call('get', '/entries/none').query({ tier }).expect(404);
    expect(missing.body).toMatchObject({ code: 'CACHE_ENTRY_UNKNOWN' });
    expect(lookups()).toEqual(before);
  });

  it('removes an entry', async () => {
    await cache.set('k', 1);
    await call('delete', '/entries/k', asReader).expect(403);
    const { body } = await call('delete', '/entries/k').expect(200);
    expect(invalidatedResponse.parse(body)).toEqual({ removed: 1, scope: 'all' });
    expect(await cache.get('k')).toBeUndefined();
  });

  it.each([
    [{ keys: ['a', 'none'] }, 1],
    [{ tags: ['t'] }, 2],
    [{ prefix: 'a' }, 2],
    [{ all: true }, 4],
    [{ all: true, namespace: 'other' }, 1],
  ])('invalidates %j', async (body, removed) => {
    await cache.setMany([['a', 1], ['ab', 1]], { tags: ['t'] }); // prettier-ignore
    await cache.set('c', 1);
    await cache.namespace('other').set('c', 1);
    const answer = await call('post', '/invalidate').send(body).expect(200);
    expect(answer.body).toEqual({ removed, scope: 'all' });
  });

  it.each([{}, { all: false }, { keys: [] }, { keys: ['a'], all: true }, { prefix: '' }, { tags: [1] }, { nope: 1 }])(
    'refuses to invalidate %j',
    async (body) => {
      await call('post', '/invalidate').send(body).expect(400);
    },
  );

  it('leaves nothing behind for unused namespaces, and reaches those that only others use', async () => {
    await client.sadd(`${PREFIX}:namespaces`, 'elsewhere');
    const names = async () =>
      (await call('get', '', asReader)).body.namespaces.map(({ name }: { name: string }) => name);
    const before = await names();
    for (const body of [{ keys: ['k'] }, { tags: ['t'] }, { prefix: 'p' }, { all: true }]) {
      await call('post', '/invalidate')
        .send({ ...body, namespace: 'invented' })
        .expect(404);
    }
    await call('get', '/entries', asReader)
      .query({ namespace: 'elsewhere' })
      .expect(200, { entries: [], cursor: null });
    expect(await names()).toEqual(before);
    await call('post', '/invalidate').send({ all: true, namespace: 'elsewhere' }).expect(200);
    expect(await client.get(`${PREFIX}:{elsewhere#0}:head`)).toEqual(expect.any(String));
  });

  it('does not list what can no longer be served', async () => {
    await cache.set('brief', 1, { ttlMs: 1 });
    await cache.set('lasting', 1);
    await eventually('it has expired', () => cache.getSync('brief') === undefined);
    const { body } = await call('get', '/entries', asReader).expect(200);
    expect(body.entries.map(({ key }: { key: string }) => key)).toEqual(['lasting']);
  });

  it('shows what is kept by reference as a text', async () => {
    class Node {
      readonly self = this;
    }
    await cache.namespace('kept', { classInstances: 'reference' }).set('loop', new Node());
    const { body } = await call('get', '/entries/loop').query({ namespace: 'kept' }).expect(200);
    expect(body.value).toContain('[Circular');
  });

  it.each([
    '?cursor=1.2.3',
    '?cursor=5&tier=redis',
    '?limit=0',
    '?limit=x',
    '?tier=disk',
    '?cursor=x',
    '?namespace=a%20b',
    '?nope=1',
  ])('refuses to list %s', (query) => call('get', `/entries${query}`).expect(400));

  it('runs warmers on request', async () => {
    await call('post', '/warm', asReader).send({}).expect(403);
    const { body } = await call('post', '/warm')
      .send({ warmers: ['hottest-keys'] })
      .expect(202);
    expect(warmersResponse.parse(body)).toEqual(body);
    await eventually('it is done', async () => {
      const overview = await call('get', '');
      return overview.body.warmers.find(({ name }: { name: string }) => name === 'hottest-keys').state === 'done';
    });
    await call('post', '/warm')
      .send({ warmers: ['none'] })
      .expect(404);
    await call('post', '/warm').send({ warmers: [] }).expect(400);
    await call('post', '/warm').expect(202);
  });

  it('answers for memory, and says so for Redis, while Redis is away', async () => {
    await server.stop('SIGKILL');
    await cache.set('k', 1);
    await call('get', '/entries/k', asReader).expect(200);
    const { body } = await call('get', '/entries', asReader).query({ tier: 'redis' }).expect(503);
    expect(body).toMatchObject({ code: 'CACHE_TIER_UNAVAILABLE' });
    const health = await request(app.getHttpServer()).get('/performance/health').set(asReader).expect(200);
    expect(health.body.checks.cache.status).toBe('degraded');
    const invalidated = await call('post', '/invalidate')
      .send({ keys: ['k'] })
      .expect(200);
    expect(invalidated.body).toEqual({ removed: 1, scope: 'queued' });
    await server.restart();
    await busUp(cache);
  });
});

describe('the cache over HTTP, without Redis', () => {
  let app: NestExpressApplication;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('says that there is no Redis tier and what to set, and no line in the log for each request', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    for (const path of ['entries?namespace=default&tier=redis', 'entries/k?namespace=default&tier=redis']) {
      const { body } = await request(app.getHttpServer()).get(`/performance/cache/${path}`).set(asReader).expect(409);
      expect(body).toMatchObject({ code: 'CACHE_TIER_MISSING', detail: expect.stringContaining('REDIS_URL') });
    }
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
