import { atOnce } from '../support/at-once';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import { outcome } from '../support/outcome';
import { RedisPools, SETTLED_MS } from '../support/redis-pools';
import { RedisServer } from '../support/redis-server';

const redis = RedisPools.forFile();

describe('a Redis that fails', () => {
  it('is not asked again: an INCR is applied at most once, and every call settles', async () => {
    const pool = redis.makePool(redis.proxyUrl);
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
      redis.proxy.cut();
      await eventually('the cut was noticed', () => pool.stats().closed.lost === i + 1);
    }
    enough.abort();
    await Promise.all(lanes);
    await eventually('it is back', () => client.status === 'ready');
    const applied = Number(await client.get('counter'));
    const { closed, created } = pool.stats();
    expect(applied).toBeGreaterThanOrEqual(told);
    expect(applied - told).toBeLessThanOrEqual(3 * 20); // in flight at each cut, applied, and the answer lost
    expect({ lost: closed.lost, created }).toEqual({ lost: 3, created: 4 });
  });

  it('never gives one command the answer of another, whatever is cut in the middle', async () => {
    const pool = redis.makePool(redis.proxyUrl, { maxWaiting: 1_000 });
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
      redis.proxy.cut();
    }
    enough.abort();
    await Promise.all(lanes);
    expect(counts.wrong).toBe(0);
    expect(pool.stats().closed.lost).toBeGreaterThan(5);
  });

  it('that takes no more connections refuses leases, and goes on answering commands', async () => {
    const server = await RedisServer.start();
    const pool = redis.makePool(`redis://127.0.0.1:${server.port}`, { commandTimeoutMs: 200, acquireTimeoutMs: 100 });
    try {
      await pool.start();
      await pool.client.config('SET', 'maxclients', '1');
      await eventually('the breaker of leases is open', async () => {
        const { code } = await outcome(pool.use((own) => own.ping()));
        return code === 'POOL_BREAKER_OPEN';
      });
      const answers = await Promise.all(Array.from({ length: 20 }, () => outcome(pool.client.get('key'))));
      expect(answers.filter(({ error }) => error !== undefined)).toEqual([]);
      expect(pool.stats()).toMatchObject({ breaker: 'closed', health: { state: 'degraded' } });
      await pool.client.config('SET', 'maxclients', '100');
      await eventually('leases work again', async () => {
        return (await outcome(pool.use((own) => own.ping()))).value === 'PONG';
      });
      expect(pool.state).toBe('up');
    } finally {
      await pool.drain(500);
      await server.close();
    }
  });

  it('that is frozen: every call settles by its deadline, then at once, and it recovers without traffic', async () => {
    const frozen = await RedisServer.start();
    try {
      const pool = redis.makePool(frozen.url);
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
      expect(await atOnce(pool.client.get('k'))).toMatchObject({ code: 'POOL_BREAKER_OPEN' });
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
    redis.proxy.closeNew();
    const pool = redis.makePool(redis.proxyUrl);
    await pool.start();
    expect(pool.state).toBe('down');
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcome(pool.client.get('k'))));
    for (const { code, ms } of outcomes) {
      expect(['REDIS_TIMEOUT', 'REDIS_CONNECTION_LOST', 'POOL_BREAKER_OPEN']).toContain(code);
      expect(ms).toBeLessThan(SETTLED_MS);
    }
    redis.proxy.forward();
    await eventually('it recovers', () => pool.state === 'up');
  });

  it('that stalls in the middle of the handshake: every call settles by its deadline', async () => {
    redis.proxy.stall();
    const pool = redis.makePool(redis.proxyUrl);
    const { code, ms } = await outcome(pool.client.incr('k'));
    expect(code).toBe('REDIS_TIMEOUT');
    expect(ms).toBeLessThan(SETTLED_MS);
    redis.proxy.forward();
    await eventually('it recovers', () => outcome(pool.client.ping()).then(({ value }) => value === 'PONG'));
  });

  it('that is down at boot: the pool starts, waits out a short outage and recovers without traffic', async () => {
    const absent = await RedisServer.start();
    await absent.stop('SIGKILL');
    try {
      const pool = redis.makePool(absent.url);
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
      const pool = redis.makePool(`redis://:wrong@127.0.0.1:${guarded.port}`);
      const { error, ms } = await outcome(pool.client.get('k'));
      expect(error).toMatchObject({
        code: 'REDIS_UNAVAILABLE',
        message: expect.stringMatching(/WRONGPASS.*{ redis: { url } }/),
      });
      expect(ms).toBeLessThan(SETTLED_MS);
      expect(error!.message).not.toContain('wrong@');
    } finally {
      await guarded.close();
    }
  });

  it('that has no such database: every connection fails and names it, and nothing lands in database 0', async () => {
    const pool = redis.makePool(`${redis.server.url}/99`);
    await pool.start();
    const refused = {
      code: 'REDIS_UNAVAILABLE',
      message: expect.stringMatching(/database 99 was refused \(ERR .*{ redis: { url } }/),
    };
    expect(pool.health()).toMatchObject({ state: 'down', lastError: { message: refused.message } });
    for (let attempt = 0; attempt < 5; attempt++) {
      const { error } = await outcome(pool.client.set('stray', 'v'));
      expect(error!.message).toContain('database 99 was refused');
    }
    const lent = await outcome(pool.use((connection) => connection.set('stray', 'v')));
    expect(lent.error!.message).toContain('database 99 was refused');
    const subscribed = await outcome(pool.subscriber.subscribe('stray'));
    expect(subscribed.error!.message).toContain('database 99 was refused');
    expect(pool.state).toBe('down');
    expect(pool.stats().created).toBe(0);
    expect(await redis.makePool(redis.server.url).client.exists('stray')).toBe(0);
  });

  it('that has the database again: the pool recovers by itself, and in that database', async () => {
    const small = await RedisServer.start('--databases', '2');
    const port = small.port;
    const pool = redis.makePool(`redis://127.0.0.1:${port}/1`);
    try {
      await pool.client.set('k', 'v');
      await pool.use((connection) => connection.acl('SETUSER', 'default', '-select'));
      await pool
        .use((connection) => connection.client('KILL', 'TYPE', 'normal', 'SKIPME', 'no'))
        .catch(() => undefined);
      await eventually('it is down', () => pool.state === 'down');
      const other = redis.makePool(small.url).client;
      expect(await other.exists('k')).toBe(0);
      await other.acl('SETUSER', 'default', '+select');
      await eventually('it is up', () => pool.state === 'up');
      expect(await pool.client.get('k')).toBe('v');
    } finally {
      await small.close();
    }
  });

  it('where nothing listens: the error says that, not that the password may be wrong', async () => {
    const pool = redis.makePool(`redis://127.0.0.1:${await freePort()}`);
    await pool.start();
    expect(pool.health().lastError!.message).toMatch(/ECONNREFUSED.*Nothing listens there.*{ redis: { url } }/);
    expect(pool.health().lastError!.message).not.toContain('password');
  });

  it('that ends while it is used: no word of a wrong password, from the first failure on', async () => {
    const ending = await RedisServer.start();
    try {
      const pool = redis.makePool(ending.url);
      await pool.start();
      expect(await pool.client.ping()).toBe('PONG');
      const seen = new Set<string>();
      const stopped = ending.stop();
      await eventually('nothing listens', () => {
        const { lastError } = pool.health();
        if (lastError !== undefined) seen.add(lastError.message);
        return lastError?.message.includes('Nothing listens there') ?? false;
      });
      await stopped;
      expect([...seen].filter((message) => /password|not connected yet/.test(message))).toEqual([]);
    } finally {
      await ending.close();
    }
  });

  it('that has become a replica: writes say READONLY, reads go on', async () => {
    const replica = await RedisServer.start();
    try {
      const pool = redis.makePool(replica.url);
      await pool.client.set('k', 'v');
      await pool.use((connection) => connection.replicaof('127.0.0.1', redis.server.port));
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
    redis.proxy.stall();
    const pool = redis.makePool(redis.proxyUrl, { maxWaiting: 5 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcome(pool.client.get('k'))));
    expect(outcomes.map(({ code }) => code)).toEqual([
      ...Array<string>(5).fill('REDIS_TIMEOUT'),
      ...Array<string>(3).fill('POOL_QUEUE_FULL'),
    ]);
    expect(pool.stats().rejected.queue_full).toBe(3);
  });
});

describe('a SELECT nobody waits for', () => {
  noUnhandledRejections();

  it('is refused without an uncaught error', async () => {
    const pool = redis.makePool(`${redis.server.url}/2`);
    await pool.client.set('k', 'v');
    void pool.client.select(5); // as ioredis does when it restores the database of a connection
    expect((await outcome(pool.client.select(5))).code).toBe('REDIS_COMMAND_REFUSED');
    expect(await pool.client.get('k')).toBe('v');
  });
});

describe('a URL that cannot be right', () => {
  it.each(['redis://:secret@localhost/abc', 'redis://:secret@localhost:7901x', 'http://:secret@localhost'])(
    '%s is refused with the name of the setting, and without the password',
    (url) => {
      const make = () => redis.makePool(url);
      expect(make).toThrow(/: redis\.url must be /);
      expect(make).not.toThrow(/secret/);
    },
  );
});
