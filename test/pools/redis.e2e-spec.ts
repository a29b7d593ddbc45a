import { SystemClock } from '../../src/common/clock';
import { RedisPool, type RedisPoolSettings } from '../../src/pools/redis/redis.pool';
import { eventually } from '../support/eventually';
import { outcome } from '../support/outcome';
import { RedisServer } from '../support/redis-server';
import { TcpProxy } from '../support/tcp-proxy';

const COMMAND_TIMEOUT_MS = 400;
/** The timeout and ten times what one sweep and a busy machine add; how near it is kept is for the benchmark to say. */
const SETTLED_MS = COMMAND_TIMEOUT_MS + 6_000;

const pools: RedisPool[] = [];
function makePool(url: string | undefined, options: Partial<RedisPoolSettings> = {}): RedisPool {
  const pool = new RedisPool(
    {
      url,
      maxConnections: 6,
      acquireTimeoutMs: 1_000,
      maxWaiting: 50,
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
      probeIntervalMs: 200,
      ...options,
    },
    new SystemClock(),
  );
  pools.push(pool);
  return pool;
}

let server: RedisServer;
let proxy: TcpProxy;
const proxyUrl = () => `redis://127.0.0.1:${proxy.port}`;
beforeAll(async () => {
  server = await RedisServer.start();
  proxy = await TcpProxy.start(server.port);
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.drain(500)));
  proxy.forward();
});
afterAll(async () => {
  await proxy.close();
  await server.close();
});

describe('plain Redis commands', () => {
  it('keep their order and their answers, mixed with pipelines, transactions and buffers', async () => {
    const pool = makePool(server.url);
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

  it('keep a Redis error an error of its own command', async () => {
    const { client } = makePool(server.url);
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
    const { client } = makePool(server.url);
    await expect(client.call(name, ...(parameters as string[]))).rejects.toMatchObject({
      code: 'REDIS_COMMAND_REFUSED',
    });
    expect(() => client.pipeline([[name, ...parameters]])).toThrow(/connection of your own/);
    await expect(client.ping()).resolves.toBe('PONG');
  });

  it('work in the database and with the password of the URL, also after a reconnect', async () => {
    const guarded = await RedisServer.start('--requirepass', 'secret');
    try {
      const pool = makePool(`redis://:secret@127.0.0.1:${guarded.port}/3`);
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

describe('a Redis that fails', () => {
  it('is not asked again: an INCR is applied at most once, and every call settles', async () => {
    const pool = makePool(proxyUrl());
    const { client } = pool;
    await client.del('counter');
    let told = 0;
    const enough = new AbortController();
    const lanes = Array.from({ length: 20 }, async () => {
      while (!enough.signal.aborted) {
        const { error } = await outcome(client.incr('counter'));
        if (!error) told++;
        await new Promise(setImmediate);
      }
    });
    for (let i = 0; i < 3; i++) {
      await eventually('commands flow', () => client.status === 'ready' && told > 100 * (i + 1));
      proxy.cut();
      await eventually('the cut was noticed', () => pool.stats().closed.lost === i + 1);
    }
    enough.abort();
    await Promise.all(lanes);
    await eventually('it is back', () => client.status === 'ready');
    const applied = Number(await client.get('counter'));
    const { closed, created } = pool.stats();
    expect(applied).toBeGreaterThanOrEqual(told);
    expect(applied - told).toBeLessThanOrEqual(3 * 20); // in flight at each cut, applied but never told
    expect({ lost: closed.lost, created }).toEqual({ lost: 3, created: 4 });
  });

  it('never gives one command the answer of another, whatever is cut in the middle', async () => {
    const pool = makePool(proxyUrl(), { maxWaiting: 1_000 });
    const { client } = pool;
    const enough = new AbortController();
    const counts = { right: 0, wrong: 0 };
    const note = (sent: string, got: unknown) => counts[got === sent ? 'right' : 'wrong']++;
    let next = 0;
    const word = () => `${next++}-${'x'.repeat(Math.floor(Math.random() * 300))}é`;
    const ask = async () => {
      const words = [word(), word(), word()];
      const kind = Math.floor(Math.random() * 4);
      if (kind === 0) note(words[0]!, await client.echo(words[0]!));
      else if (kind === 1) note(words[1]!, (await client.echo(Buffer.from(words[1]!)))!.toString());
      else if (kind === 2) {
        const answers = (await client.pipeline(words.map((each) => ['echo', each])).exec())!;
        answers.forEach(([error, got], index) => error ?? note(words[index]!, got));
      } else {
        const [, [, got]] = (await client.multi().echo(words[0]!).echo(words[1]!).exec()) as [unknown, [null, string]];
        note(words[1]!, got);
      }
    };
    const lanes = Array.from({ length: 30 }, async () => {
      while (!enough.signal.aborted) {
        await outcome(ask());
        if (Math.random() < 0.3) await new Promise(setImmediate);
      }
    });
    for (let cuts = 0; cuts < 10; cuts++) {
      const before = counts.right;
      await eventually('answers come', () => counts.right > before + 200);
      proxy.cut();
    }
    enough.abort();
    await Promise.all(lanes);
    expect(counts.wrong).toBe(0);
    expect(pool.stats().closed.lost).toBeGreaterThan(5);
  });

  it('that is frozen: every call settles by its deadline, then at once, and it recovers without traffic', async () => {
    const frozen = await RedisServer.start();
    try {
      const pool = makePool(frozen.url);
      await pool.start();
      await pool.client.set('k', 'v');
      frozen.freeze();
      const first = await Promise.all([1, 2, 3].map(() => outcome(pool.client.incr('n'))));
      for (const { code, ms } of first) {
        expect(['REDIS_TIMEOUT', 'REDIS_CONNECTION_LOST']).toContain(code);
        expect(ms).toBeLessThan(SETTLED_MS);
      }
      await eventually('the breaker is open', async () => {
        await outcome(pool.client.get('k'));
        return pool.stats().breaker === 'open';
      });
      const refused = await outcome(pool.client.get('k'));
      expect(refused.code).toBe('POOL_BREAKER_OPEN');
      expect(refused.ms).toBeLessThan(500);
      await eventually('it is reported down', () => pool.state === 'down');
      frozen.thaw();
      await eventually(
        'it is up again without a command',
        () => pool.state === 'up' && pool.stats().breaker === 'closed',
      );
      expect(await pool.client.get('k')).toBe('v');
      expect(Number(await pool.client.get('n'))).toBeLessThanOrEqual(3);
    } finally {
      await frozen.close();
    }
  });

  it('that accepts and closes: every call settles by its deadline', async () => {
    proxy.closeNew();
    const pool = makePool(proxyUrl());
    await pool.start();
    expect(pool.state).toBe('down');
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcome(pool.client.get('k'))));
    for (const { code, ms } of outcomes) {
      expect(['REDIS_TIMEOUT', 'REDIS_CONNECTION_LOST', 'POOL_BREAKER_OPEN']).toContain(code);
      expect(ms).toBeLessThan(SETTLED_MS);
    }
    proxy.forward();
    await eventually('it recovers', () => pool.state === 'up');
  });

  it('that stalls in the middle of the handshake: every call settles by its deadline', async () => {
    proxy.stall();
    const pool = makePool(proxyUrl());
    const { code, ms } = await outcome(pool.client.incr('k'));
    expect(code).toBe('REDIS_TIMEOUT');
    expect(ms).toBeLessThan(SETTLED_MS);
    proxy.forward();
    await eventually('it recovers', () => outcome(pool.client.ping()).then(({ value }) => value === 'PONG'));
  });

  it('that is down at boot: the pool starts, waits out a short outage and recovers without traffic', async () => {
    const absent = await RedisServer.start();
    await absent.stop('SIGKILL');
    try {
      const pool = makePool(absent.url);
      await pool.start();
      expect(pool.health()).toMatchObject({
        state: 'down',
        lastError: { message: expect.stringContaining('ECONNREFUSED') },
      });
      const early = outcome(pool.client.set('k', 'v'));
      await absent.restart();
      expect(['OK', undefined]).toContain((await early).value);
      await eventually('it is up', () => pool.state === 'up');
      expect(await pool.client.ping()).toBe('PONG');
    } finally {
      await absent.close();
    }
  });

  it('that wants another password: the error says so at once, and names the setting', async () => {
    const guarded = await RedisServer.start('--requirepass', 'secret');
    try {
      const pool = makePool(`redis://:wrong@127.0.0.1:${guarded.port}`);
      const { error, ms } = await outcome(pool.client.get('k'));
      expect(error).toMatchObject({
        code: 'REDIS_UNAVAILABLE',
        message: expect.stringMatching(/WRONGPASS.*REDIS_URL/),
      });
      expect(ms).toBeLessThan(SETTLED_MS);
      expect(error!.message).not.toContain('wrong@');
    } finally {
      await guarded.close();
    }
  });

  it('that has become a replica: writes say READONLY, reads go on', async () => {
    const replica = await RedisServer.start();
    try {
      const pool = makePool(replica.url);
      await pool.client.set('k', 'v');
      await pool.use((connection) => connection.replicaof('127.0.0.1', server.port));
      const { error, ms } = await outcome(pool.client.set('k', 'w'));
      expect(error!.message).toMatch(/^READONLY/);
      expect(ms).toBeLessThan(SETTLED_MS);
      await eventually('it answers reads', () => outcome(pool.client.ping()).then(({ value }) => value === 'PONG'));
      await pool.use((connection) => connection.replicaof('NO', 'ONE'));
      await eventually('it takes writes', () => outcome(pool.client.set('k', 'w')).then(({ value }) => value === 'OK'));
    } finally {
      await replica.close();
    }
  });

  it('that is away: no more callers wait than may', async () => {
    proxy.stall();
    const pool = makePool(proxyUrl(), { maxWaiting: 5 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcome(pool.client.get('k'))));
    expect(outcomes.map(({ code }) => code)).toEqual([
      ...Array<string>(5).fill('REDIS_TIMEOUT'),
      ...Array<string>(3).fill('POOL_QUEUE_FULL'),
    ]);
    expect(pool.stats().rejected.queue_full).toBe(3);
  });
});

describe('connections of Redis that are lent', () => {
  it('block without delaying anybody else, and never exceed the limit', async () => {
    const pool = makePool(server.url);
    const blocked = Array.from({ length: 4 }, (_, i) => pool.use((own) => own.blpop(`list${i}`, 0)));
    await eventually('all four block', () => pool.stats().inUse >= 4);
    const fifth = outcome(pool.acquire({ acquireTimeoutMs: 100 }));
    const { value, ms } = await outcome(pool.client.ping());
    expect(value).toBe('PONG');
    expect(ms).toBeLessThan(2_000);
    expect(await fifth).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', error: { message: expect.stringContaining('REDIS_MAX_CONNECTIONS') } }); // prettier-ignore
    for (let i = 0; i < 4; i++) await pool.client.rpush(`list${i}`, i);
    expect(await Promise.all(blocked)).toEqual([0, 1, 2, 3].map((i) => [`list${i}`, String(i)]));
    const sockets = String(await pool.client.client('LIST')).match(/name=performance-gateway:/g);
    expect(sockets!.length).toBeLessThanOrEqual(6);
  });

  it('come back clean: no WATCH, transaction, database or subscription is inherited', async () => {
    const pool = makePool(server.url, { maxConnections: 3 });
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
    const pool = makePool(server.url, { maxConnections: 3 });
    const lease = await pool.acquire();
    lease.release();
    await expect(lease.client.get('k')).rejects.toMatchObject({ code: 'POOL_LEASE_RELEASED' });
    expect(() => lease.release()).toThrow(expect.objectContaining({ code: 'POOL_LEASE_RELEASED' }));
    expect(await pool.use((own) => own.ping())).toBe('PONG');
  });

  it('end when the caller aborts, however long they would block', async () => {
    const pool = makePool(server.url);
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
      const pool = makePool(frozen.url);
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
    const pool = makePool(server.url);
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
    const pool = makePool(proxyUrl());
    const heard: string[] = [];
    pool.subscriber.on('message', (_channel: string, message: string) => heard.push(message));
    await pool.subscriber.subscribe('news');
    await pool.client.publish('news', 'one');
    await eventually('the first arrives', () => heard.includes('one'));
    proxy.cut();
    await eventually('the second arrives', async () => {
      await outcome(pool.client.publish('news', 'two'));
      return heard.includes('two');
    });
  });

  it('is subscribed once Redis is there, though the call was told it was not', async () => {
    proxy.stall();
    const pool = makePool(proxyUrl());
    const { code, ms } = await outcome(pool.subscriber.subscribe('news'));
    expect(code).toBe('REDIS_TIMEOUT');
    expect(ms).toBeLessThan(SETTLED_MS);
    proxy.forward();
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
    const pool = makePool(server.url, { maxConnections: 1 });
    expect(() => pool.subscriber).toThrow(/REDIS_MAX_CONNECTIONS is 1, set it to at least 2/);
    await expect(pool.use((own) => own.ping())).rejects.toThrow(/REDIS_MAX_CONNECTIONS is 1, set it to at least 3/);
    expect(await pool.client.ping()).toBe('PONG');
    pool.resize({ max: 3 });
    expect(await pool.use((own) => own.ping())).toBe('PONG');
    expect(() => pool.resize({ max: 0 })).toThrow(expect.objectContaining({ code: 'POOL_LIMITS_INVALID' }));
  });

  it('open nothing and refuse everything without a URL', async () => {
    const pool = makePool(undefined);
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
    const pool = makePool(server.url);
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
