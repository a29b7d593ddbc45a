import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Redis } from 'ioredis';
import request from 'supertest';
import { PoolsModule } from '../../src/pools/pools.module';
import { loadConfig } from '../../src/config/load-config';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';
import { ADMIN, bearer, type HttpAppOptions, READ, startHttpApp } from './http-app';

const apps: NestExpressApplication[] = [];
async function start(options: HttpAppOptions) {
  const app = await startHttpApp(options);
  apps.push(app);
  return {
    get: (path: string, headers: Record<string, string> = bearer(READ)) =>
      request(app.getHttpServer()).get(path).set(headers),
    put: () => request(app.getHttpServer()).put('/performance/items'),
    remove: (headers: Record<string, string> = bearer(ADMIN)) =>
      request(app.getHttpServer()).delete('/performance/items').set(headers),
  };
}

beforeEach(() => jest.spyOn(Logger.prototype, 'warn').mockImplementation());
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** Sends `count` requests one after another and answers their statuses. */
async function statuses(count: number, send: () => request.Test): Promise<number[]> {
  const found: number[] = [];
  for (let sent = 0; sent < count; sent++) found.push((await send()).status);
  return found;
}

describe('rate limits in one process (e2e)', () => {
  it('answers 429 past the limit, with headers that say when to come back', async () => {
    const { get } = await start({ rateLimits: { readsPerMinute: 3 } });
    const first = await get('/performance/items');
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '3',
      'ratelimit-remaining': '2',
      'ratelimit-reset': '60',
      'ratelimit-policy': '3;w=60',
    });
    await statuses(2, () => get('/performance/items'));
    const refused = await get('/performance/items');
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({
      code: 'RATE_LIMITED',
      detail: expect.stringContaining('At most 3 per minute'),
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect(refused.headers['ratelimit-remaining']).toBe('0');
  });

  it('counts reads and changes, each token and each address for itself, and probes not at all', async () => {
    const { get, remove } = await start({
      rateLimits: { readsPerMinute: 2, changesPerMinute: 1 },
      http: { trustProxy: 1 },
    });
    expect(await statuses(3, () => get('/performance/items'))).toEqual([200, 200, 429]);
    expect(await statuses(3, () => get('/performance/items', bearer(ADMIN)))).toEqual([200, 200, 429]);
    expect(await statuses(2, () => remove())).toEqual([200, 429]);
    const elsewhere = { ...bearer(READ), 'x-forwarded-for': '203.0.113.7' };
    expect(await statuses(3, () => get('/performance/items', elsewhere))).toEqual([200, 200, 429]);
    expect(await statuses(10, () => get('/readyz', {}))).not.toContain(429);
  });

  it('does not believe a forwarded address unless it is told to', async () => {
    const { get } = await start({ rateLimits: { readsPerMinute: 2 } });
    let address = 0;
    const lying = () => get('/performance/items', { ...bearer(READ), 'x-forwarded-for': `203.0.113.${address++}` });
    expect(await statuses(3, lying)).toEqual([200, 200, 429]);
  });

  it('knows a forwarded address with a port, also of the proxies it trusts', async () => {
    const { get } = await start({
      rateLimits: { readsPerMinute: 2 },
      http: { trustProxy: ['loopback', '10.0.0.0/8'] },
    });
    const through = (forwarded: string) => get('/performance/items', { ...bearer(READ), 'x-forwarded-for': forwarded });
    let port = 1_000;
    const one = () => through(`203.0.113.9:${port++}, 10.0.0.1:${port++}`);
    expect(await statuses(3, one)).toEqual([200, 200, 429]);
    await through('[2001:db8::1]:4711').expect(200);
    await through('203.0.113.10:4711').expect(200);
  });

  it('refuses an address that guesses tokens, and no right token from there, new or not', async () => {
    const { get } = await start({ rateLimits: { failedLoginsPerMinute: 3 } });
    await get('/performance/items').expect(200);
    const guess = () => get('/performance/items', bearer('wrong-token-0123456789'));
    expect(await statuses(5, guess)).toEqual([401, 401, 401, 429, 429]);
    const { body, headers } = await guess();
    expect(body).toMatchObject({ code: 'LOGIN_LIMITED', status: 429 });
    expect(Number(headers['retry-after'])).toBeGreaterThan(50);
    await get('/performance/items', bearer(ADMIN)).expect(200);
    await get('/performance/items').expect(200);
    expect(await statuses(5, () => get('/performance/items', {}))).toEqual([401, 401, 401, 401, 401]);
  });

  it('limits what no route answers, apart from reads, and only where that comes from', async () => {
    const { get } = await start({ rateLimits: { readsPerMinute: 3 }, http: { trustProxy: 1 } });
    const paths = ['/.env', '/wp-login.php', '/performance/items/%FF', '/performance/nothing', '/.git/config'];
    const found = [];
    for (const path of paths) found.push((await get(path, {})).status);
    expect(found).toEqual([404, 404, 400, 429, 429]);
    const refused = await get('/', {});
    expect(refused.body).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect(refused.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '0' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    await get('/performance/items').expect(200);
    await get('/.env', { 'x-forwarded-for': '203.0.113.9' }).expect(404);
  });

  it('limits methods that a path does not have', async () => {
    const { get, put } = await start({ rateLimits: { readsPerMinute: 2 } });
    expect(await statuses(3, put)).toEqual([405, 405, 429]);
    await get('/performance/items').expect(200);
  });

  it('is off when it is switched off', async () => {
    const { get } = await start({ rateLimits: { enabled: false, readsPerMinute: 1, failedLoginsPerMinute: 2 } });
    expect(await statuses(3, () => get('/performance/items'))).toEqual([200, 200, 200]);
    // The limit on guesses stays: nobody means that one.
    expect(await statuses(3, () => get('/performance/items', bearer('wrong-token-0123456789')))).toEqual([
      401, 401, 429,
    ]);
    expect(await statuses(3, () => get('/nothing'))).toEqual([404, 404, 404]);
    expect((await get('/performance/items')).headers).not.toHaveProperty('ratelimit-limit');
  });
});

describe('rate limits in Redis (e2e)', () => {
  let server: RedisServer;
  const clients: Redis[] = [];
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  afterAll(() => server.close());

  /** With the pools of the service, whose shared Redis connection counts; `client` only looks at what is in Redis. */
  const startWithRedis = (
    rateLimits: HttpAppOptions['rateLimits'],
    keyPrefix: string,
    // Long enough for a busy machine; what is about the timeout sets its own.
    redisTimeoutMs = 1_000,
  ) => {
    const client = new Redis(server.url, { maxRetriesPerRequest: null });
    client.on('error', () => {});
    clients.push(client);
    const { pools } = loadConfig({ NODE_ENV: 'test', EMBEDDED_POSTGRES: 'false', REDIS_URL: server.url });
    return start({ rateLimits, keyPrefix, redisTimeoutMs, imports: [PoolsModule.forRoot(pools)] });
  };

  it('is one limit for all copies, and a window that ends', async () => {
    const one = await startWithRedis({ readsPerMinute: 4 }, 'copies:');
    const two = await startWithRedis({ readsPerMinute: 4 }, 'copies:');
    expect(await statuses(2, () => one.get('/performance/items'))).toEqual([200, 200]);
    expect(await statuses(3, () => two.get('/performance/items'))).toEqual([200, 200, 429]);
    expect(await statuses(1, () => one.get('/performance/items'))).toEqual([429]);
    const [key, ...others] = await clients[0]!.keys('copies:*');
    expect(others).toEqual([]);
    const ttl = await clients[0]!.pttl(key!);
    expect(ttl).toBeGreaterThan(50_000);
    expect(ttl).toBeLessThanOrEqual(60_000);
    await clients[0]!.del(key!);
    expect(await statuses(1, () => one.get('/performance/items'))).toEqual([200]);
  });

  it('counts failed logins of all copies together', async () => {
    const one = await startWithRedis({ failedLoginsPerMinute: 3 }, 'logins:');
    const two = await startWithRedis({ failedLoginsPerMinute: 3 }, 'logins:');
    const wrong = bearer('wrong-token-0123456789');
    expect(await statuses(2, () => one.get('/performance/items', wrong))).toEqual([401, 401]);
    expect(await statuses(2, () => two.get('/performance/items', wrong))).toEqual([401, 429]);
    await one.get('/performance/items').expect(200);
  });

  it('gives a counter that lost its expiry a new one', async () => {
    const { get } = await startWithRedis({ readsPerMinute: 10 }, 'persisted:');
    await get('/performance/items').expect(200);
    const [key] = await clients[0]!.keys('persisted:*');
    await clients[0]!.persist(key!);
    await get('/performance/items').expect(200);
    expect(await clients[0]!.pttl(key!)).toBeGreaterThan(0);
  });

  it('goes on in each process when Redis is killed, and in Redis again when it is back', async () => {
    const { get } = await startWithRedis({ readsPerMinute: 3 }, 'killed:');
    expect(await statuses(2, () => get('/performance/items'))).toEqual([200, 200]);
    await server.stop('SIGKILL');
    expect(await statuses(4, () => get('/performance/items'))).toEqual([200, 200, 200, 429]);
    await server.restart();
    await eventually('the count is in Redis again', async () => {
      await get('/performance/items');
      return (await clients[0]!.keys('killed:*')).length === 1;
    });
  });

  it('delays at most one request a second while Redis is frozen', async () => {
    const { get } = await startWithRedis({ readsPerMinute: 1_000 }, 'frozen:', 500);
    await get('/performance/items').expect(200);
    server.freeze();
    try {
      const started = performance.now();
      expect(await statuses(20, () => get('/performance/items'))).not.toContain(429);
      // Each of them delayed would be 10 s.
      expect(performance.now() - started).toBeLessThan(5_000);
    } finally {
      server.thaw();
    }
  });
});
