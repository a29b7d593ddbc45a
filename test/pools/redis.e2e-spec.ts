import { eventually } from '../support/eventually';
import { outcome } from '../support/outcome';
import { RedisPools, SETTLED_MS } from '../support/redis-pools';
import { RedisServer } from '../support/redis-server';

const redis = RedisPools.forFile();

describe('plain Redis commands', () => {
  it('keep their order and their answers, mixed with pipelines, transactions and buffers', async () => {
    const pool = redis.makePool(redis.server.url);
    const { client } = pool;
    await client.set('a', '1');
    await Promise.all(Array.from({ length: 200 }, (_, i) => client.set(`k${i}`, Buffer.from([i]))));
    const values = await Promise.all(Array.from({ length: 200 }, (_, i) => client.getBuffer(`k${i}`)));
    expect(values.map((value) => value![0])).toEqual(Array.from({ length: 200 }, (_, i) => i));
    const mixed = [
      client.get('a'),
      client.set('a', '7'),
      client.pipeline().incr('a').get('a').exec(),
      client.incr('a'),
      client.multi().incr('a').exec(),
      client.get('a'),
    ];
    expect(await Promise.all<unknown>(mixed)).toEqual(['1', 'OK', [[null, 8], [null, '8']], 9, [[null, 10]], '10']); // prettier-ignore
    expect(pool.stats()).toMatchObject({ created: 1, idle: 1, inUse: 0, breaker: 'closed' });
    expect(pool.stats().acquired).toBeGreaterThanOrEqual(410); // and the probe's
    expect(pool.stats().use.count).toBeGreaterThan(0);
    expect(pool.stats().connect.count).toBe(1);
  });

  it('of a large pipeline are not called late while they run, nor is the server called dead for it', async () => {
    // Over a line that is slow and steady: its bytes take longer than a command may, and one is never far behind another.
    const commandTimeoutMs = 1_500;
    redis.proxy.throttle(500_000);
    const pool = redis.makePool(redis.proxyUrl, { commandTimeoutMs });
    await pool.start();
    const send = async (client: Pick<typeof pool.client, 'pipeline'>) => {
      const pipeline = client.pipeline();
      for (let i = 0; i < 30_000; i++) pipeline.incr('large-pipeline');
      const began = performance.now();
      const answers = await pipeline.exec();
      expect(performance.now() - began).toBeGreaterThan(commandTimeoutMs);
      expect(answers!.flatMap(([error]) => error?.message ?? []).slice(0, 1)).toEqual([]);
    };
    await send(pool.client);
    expect(pool.stats()).toMatchObject({ breaker: 'closed', errors: 0 });
    await pool.use((client) => send(client));
    expect(await pool.client.get('large-pipeline')).toBe('60000');
    await pool.client.del('large-pipeline');
  });

  it('keep a Redis error an error of its own command', async () => {
    const { client } = redis.makePool(redis.server.url);
    const [set, wrong, get] = await Promise.allSettled([client.set('s', 'x'), client.incr('s'), client.get('s')]);
    expect([set.status, get.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(wrong).toMatchObject({ reason: { name: 'ReplyError' } });
  });

  it.each([
    ['blpop', ['q', 0]],
    ['watch', ['k']],
    ['subscribe', ['c']],
    ['xread', ['BLOCK', 0, 'STREAMS', 's', '$']],
    ['select', [3]],
  ])('refuse %s, which belongs on a connection of its own', async (name, parameters) => {
    const { client } = redis.makePool(redis.server.url);
    await expect(client.call(name, ...(parameters as string[]))).rejects.toMatchObject({
      code: 'REDIS_COMMAND_REFUSED',
    });
    expect(() => client.pipeline([[name, ...parameters]])).toThrow(/connection of your own/);
    await expect(client.ping()).resolves.toBe('PONG');
  });

  it('work in the database and with the password of the URL, also after a reconnect', async () => {
    const guarded = await RedisServer.start('--requirepass', 'secret');
    try {
      const pool = redis.makePool(`redis://:secret@127.0.0.1:${guarded.port}/3`);
      await pool.client.set('here', '1');
      const id = await pool.client.client('ID');
      await pool.use((connection) => connection.client('KILL', 'ID', id)).catch(() => undefined);
      await eventually('it reconnected', async () => (await pool.client.client('ID')) !== id);
      expect(await pool.client.get('here')).toBe('1');
      expect(await pool.client.info('keyspace')).toContain('db3');
    } finally {
      await guarded.close();
    }
  });
});

describe('connections of Redis that are lent', () => {
  it('block without delaying anybody else, and never exceed the limit', async () => {
    const pool = redis.makePool(redis.server.url);
    const blocked = Array.from({ length: 4 }, (_, i) => pool.use((own) => own.blpop(`list${i}`, 0)));
    await eventually('all four block', () => pool.stats().inUse >= 4);
    const fifth = outcome(pool.acquire({ acquireTimeoutMs: 100 }));
    const { value, ms } = await outcome(pool.client.ping());
    expect(value).toBe('PONG');
    expect(ms).toBeLessThan(2_000);
    expect(await fifth).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', error: { message: expect.stringContaining('{ redis: { maxConnections } }') } }); // prettier-ignore
    for (let i = 0; i < 4; i++) await pool.client.rpush(`list${i}`, i);
    expect(await Promise.all(blocked)).toEqual([0, 1, 2, 3].map((i) => [`list${i}`, String(i)]));
    const sockets = String(await pool.client.client('LIST')).match(/name=performance-gateway:/g);
    expect(sockets!.length).toBeLessThanOrEqual(6);
  });

  it('come back clean: no WATCH, transaction, database or subscription is inherited', async () => {
    const pool = redis.makePool(redis.server.url, { maxConnections: 3 });
    await pool.client.set('w', '1');
    await pool.use((own) => own.watch('w'));
    await pool.client.set('w', '2');
    expect(await pool.use((own) => own.multi().get('w').exec())).toEqual([[null, '2']]);
    await pool.use((own) => own.multi({ pipeline: false }));
    expect(await pool.use((own) => own.get('w'))).toBe('2');
    expect(pool.stats().closed.unclean).toBe(0);
    await pool.use((own) => own.select(5));
    expect(await pool.use((own) => own.get('w'))).toBe('2');
    await pool.use((own) => own.subscribe('c'));
    expect(await pool.use((own) => own.get('w'))).toBe('2');
    await pool.use(async (own) => void own.blpop('never', 0).catch(() => undefined));
    expect(await pool.use((own) => own.get('w'))).toBe('2');
    expect(pool.stats().closed.unclean).toBe(3);
  });

  it('are out of reach once they are given back', async () => {
    const pool = redis.makePool(redis.server.url, { maxConnections: 3 });
    const lease = await pool.acquire();
    lease.release();
    await expect(lease.client.get('k')).rejects.toMatchObject({ code: 'POOL_LEASE_RELEASED' });
    expect(() => lease.release()).toThrow(expect.objectContaining({ code: 'POOL_LEASE_RELEASED' }));
    expect(await pool.use((own) => own.ping())).toBe('PONG');
  });

  it('end when the caller aborts, however long they would block', async () => {
    const pool = redis.makePool(redis.server.url);
    const controller = new AbortController();
    const blocked = outcome(pool.use((own) => own.blpop('never', 0), { signal: controller.signal }));
    await eventually('it blocks', () => pool.stats().inUse > 0);
    controller.abort(new Error('enough'));
    expect((await blocked).error!.message).toBe('enough');
    await eventually('the connection is gone', () => pool.stats().closed.released_with_error === 1);
  });

  it('settle by their deadline on a frozen server, a blocking command by the time it asked for', async () => {
    const frozen = await RedisServer.start();
    try {
      const pool = redis.makePool(frozen.url);
      await pool.use((own) => own.ping());
      frozen.freeze();
      const outcomes = await Promise.all([
        outcome(pool.use((own) => own.get('k'))),
        outcome(pool.use((own) => own.blpop('never', 0.2), { acquireTimeoutMs: 300 })),
      ]);
      for (const { error, ms } of outcomes) {
        expect(error).toBeDefined();
        expect(ms).toBeLessThan(SETTLED_MS + 300);
      }
    } finally {
      await frozen.close();
    }
  });

  it('survive being killed by the server, idle or in use', async () => {
    const pool = redis.makePool(redis.server.url);
    await Promise.all([1, 2, 3].map(() => pool.use((own) => own.ping())));
    const inUse = outcome(pool.use((own) => own.blpop('never', 0)));
    await eventually('it blocks', () => pool.stats().inUse > 0);
    await pool.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect((await inUse).code).toBe('REDIS_CONNECTION_LOST');
    await eventually('they are replaced', () =>
      outcome(pool.use((own) => own.ping())).then(({ value }) => value === 'PONG'),
    );
  });
});

describe('the Redis subscriber', () => {
  it('hears again after the server was away', async () => {
    const pool = redis.makePool(redis.proxyUrl);
    const heard: string[] = [];
    pool.subscriber.on('message', (_channel: string, message: string) => heard.push(message));
    await pool.subscriber.subscribe('news');
    await pool.client.publish('news', 'one');
    await eventually('the first arrives', () => heard.includes('one'));
    redis.proxy.cut();
    await eventually('the second arrives', async () => {
      await outcome(pool.client.publish('news', 'two'));
      return heard.includes('two');
    });
  });

  it('is subscribed once Redis is there, though the call was told it was not', async () => {
    redis.proxy.stall();
    const pool = redis.makePool(redis.proxyUrl);
    const { code, ms } = await outcome(pool.subscriber.subscribe('news'));
    expect(code).toBe('REDIS_TIMEOUT');
    expect(ms).toBeLessThan(SETTLED_MS);
    redis.proxy.forward();
    const heard: string[] = [];
    pool.subscriber.on('message', (_channel: string, message: string) => heard.push(message));
    await eventually('a message arrives', async () => {
      await outcome(pool.client.publish('news', 'x'));
      return heard.length > 0;
    });
  });
});

describe('the limits of the Redis pool', () => {
  it('refuse subscriber and leases where only one connection is allowed, naming the setting', async () => {
    const pool = redis.makePool(redis.server.url, { maxConnections: 1 });
    expect(() => pool.subscriber).toThrow(/maxConnections } }\) is 1, set it to at least 2/);
    await expect(pool.use((own) => own.ping())).rejects.toThrow(/maxConnections } }\) is 1, set it to at least 3/);
    expect(await pool.client.ping()).toBe('PONG');
    pool.resize({ max: 3 });
    expect(await pool.use((own) => own.ping())).toBe('PONG');
    expect(() => pool.resize({ max: 0 })).toThrow(expect.objectContaining({ code: 'POOL_LIMITS_INVALID' }));
  });

  it('open nothing and refuse everything without a URL', async () => {
    const pool = redis.makePool(undefined);
    await pool.start();
    expect(pool.state).toBe('not_configured');
    expect(pool.configured).toBe(false);
    const refused = { code: 'POOL_NOT_CONFIGURED' };
    await expect(pool.client.get('k')).rejects.toMatchObject(refused);
    await expect(pool.client.pipeline().get('k').exec()).resolves.toEqual([[expect.objectContaining(refused)]]);
    await expect(pool.use((own) => own.ping())).rejects.toMatchObject(refused);
    expect(() => pool.subscriber).toThrow(expect.objectContaining(refused));
    expect(pool.stats()).toMatchObject({ idle: 0, inUse: 0, created: 0 });
    await pool.drain(10);
  });

  it('drain: what was sent is answered, what comes later is refused, twice is harmless', async () => {
    const pool = redis.makePool(redis.server.url);
    await pool.client.set('d', '1');
    const last = Promise.all(Array.from({ length: 50 }, () => pool.client.incr('d')));
    const drained = Promise.all([pool.drain(1_000), pool.drain(1_000)]);
    await expect(pool.client.get('d')).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    await expect(pool.use((own) => own.ping())).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    expect((await last).at(-1)).toBe(51);
    await drained;
    expect(pool.stats()).toMatchObject({ inUse: 0, idle: 0 });
  });
});
