import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '../../src/common/clock';
import { HttpPool } from '../../src/pools/http/http.pool';
import type { HttpPoolSettings } from '../../src/pools/http/http.options';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { type Answer, HttpUpstreamServer } from '../support/http-upstream';
import { outcome } from '../support/outcome';
import { TcpProxy } from '../support/tcp-proxy';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function serve(answer: Answer): Promise<HttpUpstreamServer> {
  const server = await HttpUpstreamServer.start(answer);
  cleanups.push(() => server.close());
  return server;
}

function makePool(options: Partial<HttpPoolSettings> = {}): HttpPool {
  const pool = new HttpPool(
    {
      upstreams: {},
      maxConnections: 10,
      maxConnectionsPerOrigin: 10,
      acquireTimeoutMs: 2_000,
      maxWaiting: 100,
      probeIntervalMs: 200,
      ...options,
    },
    new SystemClock(),
  );
  cleanups.push(() => pool.drain(200));
  return pool;
}

const echo: Answer = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method: request.method, url: request.url, body: Buffer.concat(chunks).toString() }));
  });
};
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end('no');
const slowly =
  (delayMs: number): Answer =>
  (_request, response) =>
    void setTimeout(() => response.end('ok'), delayMs);
const never: Answer = () => undefined;

describe('an HTTP request', () => {
  it('goes to an absolute URL or an upstream by name, and brings the whole answer', async () => {
    const server = await serve(echo);
    const pool = makePool({ upstreams: { billing: [`${server.url}/base`] } });
    const named = await pool.request('billing:/items?id=1', { method: 'POST', body: 'hello', headers: { 'x-a': 'b' } });
    expect(named).toMatchObject({ status: 200, ok: true, origin: server.url, attempts: 1, reused: false });
    expect(named.json()).toEqual({ method: 'POST', url: '/base/items?id=1', body: 'hello' });
    const absolute = await pool.request(`${server.url}/x`);
    expect(absolute.json()).toEqual({ method: 'GET', url: '/x', body: '' });
    expect(absolute.reused).toBe(true);
    expect(server.connections).toBe(1);
    expect(pool.stats()).toMatchObject({ created: 1, acquired: 2, released: 2, inUse: 0, idle: 1, max: 10 });
    expect(pool.stats().connect.count).toBe(1);
    expect(pool.stats().use.count).toBe(2);
  });

  it.each(['nobody:/x', '/x', 'ftp://host/x', 'billing:x', 'http://[/x', 'http://user:secret@127.0.0.1/x'])(
    'refuses %s',
    async (url) => {
      await expect(makePool({ upstreams: { billing: ['http://127.0.0.1:1'] } }).request(url)).rejects.toMatchObject({
        code: 'HTTP_TARGET_INVALID',
      });
    },
  );

  it('that is malformed is refused without blaming the server', async () => {
    const server = await serve(echo);
    const pool = makePool();
    for (let i = 0; i < 10; i++) {
      await expect(pool.request(server.url, { headers: { 'x-a': 'b\r\nc: d' } })).rejects.toMatchObject({
        code: 'HTTP_REQUEST_INVALID',
      });
    }
    expect((await pool.request(server.url)).status).toBe(200);
  });

  it.each([
    ['a server that never answers', never],
    ['a body that stops half-way', ((_request, response) => void response.writeHead(200, { 'content-length': 10 }).write('abc')) satisfies Answer], // prettier-ignore
    ['a body that trickles', ((_request, response) => void setInterval(() => response.write('x'), 20).unref()) satisfies Answer], // prettier-ignore
  ])('ends within its deadline: %s', async (_name, answer) => {
    const server = await serve(answer);
    const pool = makePool();
    const { code, ms } = await outcome(pool.request(server.url, { totalTimeoutMs: 200 }));
    expect(code).toBe('HTTP_TIMEOUT');
    expect(ms).toBeGreaterThan(100); // the clock of the test starts after the request was made
    expect(ms).toBeLessThan(2_700);
    await eventually('its connection is closed', async () => (await server.openConnections()) === 0);
    expect(pool.stats()).toMatchObject({ inUse: 0, idle: 0 });
  });

  it('ends within its deadline while it waits for a connection, and leaves the queue', async () => {
    const server = await serve(never);
    const pool = makePool({ maxConnections: 1, acquireTimeoutMs: 20_000 });
    const controller = new AbortController();
    const first = outcome(pool.request(server.url, { signal: controller.signal }));
    const second = await outcome(pool.request(server.url, { totalTimeoutMs: 150 }));
    expect(second).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', error: { message: expect.stringContaining('HTTP_MAX_CONNECTIONS') } }); // prettier-ignore
    expect(second.ms).toBeLessThan(2_650);
    expect(pool.stats()).toMatchObject({ waiting: 0, timeouts: 1, inUse: 1 });
    controller.abort(new Error('enough'));
    expect((await first).error!.message).toBe('enough');
    expect(server.requests).toBeLessThanOrEqual(1);
  });

  it('ends when its caller aborts, queued or under way', async () => {
    const server = await serve(never);
    const pool = makePool({ maxConnections: 1 });
    const controller = new AbortController();
    const underWay = outcome(pool.request(server.url, { signal: controller.signal }));
    const impatient = new AbortController();
    const queued = outcome(pool.request(server.url, { signal: impatient.signal }));
    const both = outcome(pool.request(server.url, { signal: controller.signal }));
    await eventually('the first is under way', () => server.requests === 1);
    impatient.abort(new Error('too slow'));
    expect((await queued).error!.message).toBe('too slow');
    expect(pool.stats()).toMatchObject({ aborted: 1, waiting: 1 });
    controller.abort(new Error('enough'));
    expect((await underWay).error!.message).toBe('enough');
    expect((await both).error!.message).toBe('enough');
    expect(pool.stats()).toMatchObject({ released: 2, waiting: 0, inUse: 0 });
    await expect(pool.request(server.url, { signal: controller.signal })).rejects.toThrow('enough');
    await eventually('the connection is closed', async () => (await server.openConnections()) === 0);
  });

  it('ends in time, and when its caller aborts, while the connection is being made', async () => {
    const server = await serve(never);
    const silent = await TcpProxy.start(server.port);
    cleanups.push(() => silent.close());
    silent.stall();
    const url = `https://127.0.0.1:${silent.port}`; // TLS never gets its answer
    const pool = makePool();
    const late = await outcome(pool.request(url, { totalTimeoutMs: 150 }));
    expect(late.code).toBe('HTTP_TIMEOUT');
    expect(late.ms).toBeLessThan(2_650);
    const given = outcome(pool.request(url, { signal: AbortSignal.timeout(100) }));
    expect((await given).error!.name).toBe('TimeoutError');
    expect(pool.stats()).toMatchObject({ inUse: 0, idle: 0, connecting: 0, created: 0 });
    silent.forward(); // a stalled proxy does not notice who has left
    await eventually('no socket is left', () => silent.connections === 0);
  });

  it('with too large an answer is cut off there', async () => {
    const server = await serve((_request, response) => void response.end(Buffer.alloc(200_000)));
    const pool = makePool();
    await expect(pool.request(server.url, { maxResponseBytes: 100_000 })).rejects.toMatchObject({
      code: 'HTTP_RESPONSE_TOO_LARGE',
    });
    expect((await pool.request(server.url, { maxResponseBytes: 200_000 })).body.length).toBe(200_000);
  });
});

describe('the limits of the HTTP pool', () => {
  it('hold for each origin and for all together, and nobody starves', async () => {
    const servers = [await serve(slowly(15)), await serve(slowly(15)), await serve(slowly(15))];
    const pool = makePool({ maxConnections: 5, maxConnectionsPerOrigin: 3 });
    let most = 0;
    const watch = setInterval(() => {
      const { inUse, idle } = pool.stats();
      most = Math.max(most, inUse + idle);
    }, 1);
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, i) => pool.request(servers[i < 60 ? 0 : 1 + (i % 2)]!.url)),
    );
    clearInterval(watch);
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(most).toBeLessThanOrEqual(5);
    for (const server of servers) expect(await server.openConnections()).toBeLessThanOrEqual(3);
    const { acquired, released, closed } = pool.stats();
    expect({ acquired, released }).toEqual({ acquired: 90, released: 90 });
    expect(closed.evicted).toBeGreaterThanOrEqual(0);
  });

  it('make room for another origin by closing what is idle', async () => {
    const [one, other] = [await serve(echo), await serve(echo)];
    const pool = makePool({ maxConnections: 2 });
    await Promise.all([pool.request(one.url), pool.request(one.url)]);
    expect(pool.stats().idle).toBe(2);
    await pool.request(other.url);
    expect(pool.stats()).toMatchObject({ idle: 2, inUse: 0 });
    await eventually('one was evicted', () => pool.stats().closed.evicted === 1);
  });

  it('refuse at once when too many wait', async () => {
    const server = await serve(never);
    const pool = makePool({ maxConnections: 1, maxWaiting: 2 });
    const requests = Array.from({ length: 5 }, () => outcome(pool.request(server.url, { totalTimeoutMs: 200 })));
    const refused = await Promise.race(requests);
    expect(refused.code).toBe('POOL_QUEUE_FULL');
    expect(refused.ms).toBeLessThan(500);
    expect((await Promise.all(requests)).filter(({ code }) => code === 'POOL_QUEUE_FULL')).toHaveLength(2);
  });

  it('change while running', async () => {
    const server = await serve(slowly(100));
    const pool = makePool({ maxConnections: 1, maxConnectionsPerOrigin: 1 });
    const requests = Promise.all(Array.from({ length: 4 }, () => pool.request(server.url)));
    await eventually('three wait', () => pool.stats().waiting === 3);
    pool.resize({ max: 4 });
    await eventually('none waits', () => pool.stats().inUse === 4);
    await requests;
    pool.resize({ max: 2 });
    expect(pool.stats().idle).toBe(2);
    expect(() => pool.resize({ min: 1 })).toThrow(expect.objectContaining({ code: 'POOL_LIMITS_INVALID' }));
  });

  it('let go of connections the server closes, and of those idle for too long', async () => {
    const closing = await serve((_request, response) => void response.writeHead(200, { connection: 'close' }).end('x'));
    const keeping = await serve(echo);
    const pool = makePool({ idleTimeoutMs: 100 });
    for (let i = 0; i < 5; i++) expect((await pool.request(closing.url)).ok).toBe(true);
    await pool.request(keeping.url);
    await eventually('nothing is open', () => pool.stats().idle === 0, { timeoutMs: 10_000 });
    const { created, closed } = pool.stats();
    expect(Object.values(closed).reduce((sum, count) => sum + count, 0)).toBe(created);
  });

  it('drain: what is under way is answered, what waits or comes later is refused', async () => {
    const server = await serve(slowly(100));
    const pool = makePool({ maxConnections: 1 });
    const underWay = pool.request(server.url);
    const waiting = outcome(pool.request(server.url));
    await eventually('one waits', () => pool.stats().waiting === 1);
    const drained = Promise.all([pool.drain(1_000), pool.drain(1_000)]);
    expect((await waiting).code).toBe('POOL_CLOSED');
    await expect(pool.request(server.url)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    expect((await underWay).text()).toBe('ok');
    await drained;
    await eventually('everything is closed', async () => (await server.openConnections()) === 0);
  });
});

describe('an HTTP upstream that fails', () => {
  it('is asked again where that is safe, and not where it is not', async () => {
    let asked = 0;
    const server = await serve((request, response) => {
      if (++asked % 2 === 1) request.socket.destroy();
      else response.end('ok');
    });
    const pool = makePool();
    expect(await pool.request(server.url)).toMatchObject({ status: 200, attempts: 2 });
    asked = 0;
    await expect(pool.request(server.url, { method: 'POST', body: 'x' })).rejects.toMatchObject({
      code: 'HTTP_EXCHANGE_FAILED',
    });
    asked = 0;
    expect(await pool.request(server.url, { method: 'POST', body: 'x', retry: true })).toMatchObject({ attempts: 2 });
    asked = 0;
    await expect(pool.request(server.url, { retry: false })).rejects.toMatchObject({ code: 'HTTP_EXCHANGE_FAILED' });
    expect(pool.stats().retries).toBe(2);
  });

  it('gets its 503 through to the caller, a POST after one attempt, a GET after honouring Retry-After', async () => {
    const server = await serve(status(503, { 'retry-after': '1' }));
    const pool = makePool();
    expect(await pool.request(server.url, { method: 'POST' })).toMatchObject({ status: 503, attempts: 1 });
    const { value, ms } = await outcome(pool.request(server.url, { totalTimeoutMs: 1_500 }));
    expect(value).toMatchObject({ status: 503, attempts: 2 });
    expect(ms).toBeGreaterThan(990);
    expect(server.requests).toBe(3);
  });

  it('is not stormed: retries stay within the budget', async () => {
    const server = await serve((request) => request.socket.destroy());
    const pool = makePool();
    await Promise.all(Array.from({ length: 100 }, () => outcome(pool.request(server.url, { totalTimeoutMs: 2_000 }))));
    expect(pool.stats().retries).toBeLessThanOrEqual(20);
    expect(server.requests).toBeLessThanOrEqual(120);
  });

  it('opens its breaker on 5xx and failed connects, not on 4xx or the caller giving up', async () => {
    let code = 404;
    const server = await serve((_request, response) => void response.writeHead(code).end());
    const pool = makePool({ upstreams: { a: [server.url] } });
    await pool.start();
    for (let i = 0; i < 20; i++) await pool.request('a:/');
    expect(pool.stats().breaker).toBe('closed');
    code = 500;
    for (let i = 0; i < 5; i++) await outcome(pool.request('a:/'));
    expect(pool.stats().endpoints[0]).toMatchObject({ breaker: 'open', errors: 5, health: { state: 'degraded' } });
    const refused = await outcome(pool.request('a:/', { retry: false }));
    expect(refused).toMatchObject({ code: 'POOL_BREAKER_OPEN' });
    expect(refused.ms).toBeLessThan(500);
    code = 200;
    await eventually('it is asked again', () => outcome(pool.request('a:/')).then(({ value }) => value !== undefined));
    expect(pool.stats().breaker).toBe('closed');
  });

  it('that hangs or is aborted as the probe of a breaker frees the slot', async () => {
    let answer: Answer = status(500);
    const server = await serve((request, response) => answer(request, response));
    const pool = makePool();
    for (let i = 0; i < 5; i++) await pool.request(server.url);
    answer = never;
    const controller = new AbortController();
    const probe = await eventually('a probe gets through', async () => {
      const before = server.requests;
      const pending = outcome(pool.request(server.url, { signal: controller.signal, retry: false }));
      await sleep(10);
      return server.requests > before ? { pending } : undefined;
    });
    expect(await outcome(pool.request(server.url, { retry: false }))).toMatchObject({ code: 'POOL_BREAKER_OPEN' });
    controller.abort(new Error('enough'));
    expect((await probe.pending).error!.message).toBe('enough');
    answer = status(200);
    expect(await pool.request(server.url)).toMatchObject({ status: 200 });
  });

  it('is told apart: up, degraded, down, and up again without traffic', async () => {
    const port = await freePort();
    const healthy = await serve(echo);
    const pool = makePool({ upstreams: { a: [healthy.url, `http://127.0.0.1:${port}`] } });
    await pool.start();
    expect(pool.state).toBe('degraded');
    expect(pool.stats().endpoints.map(({ health }) => health.state)).toEqual(['up', 'down']);
    const late = await HttpUpstreamServer.start(echo, port);
    cleanups.push(() => late.close());
    await eventually('both are up', () => pool.state === 'up');
    expect(makePool().state).toBe('not_configured');
  });
});

describe('an HTTP upstream of several servers', () => {
  it('is asked where it is well: failing, dead and slow ones get next to nothing', async () => {
    const good = [await serve(echo), await serve(echo)];
    const slow = await serve(slowly(300));
    const failing = await serve(status(503));
    const dead = `http://127.0.0.1:${await freePort()}`;
    const pool = makePool({ upstreams: { a: [...good.map(({ url }) => url), slow.url, failing.url, dead] } });
    let bad = 0;
    const lanes = Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 250; i++) {
        const { value } = await outcome(pool.request('a:/'));
        if ((value as { status?: number } | undefined)?.status !== 200) bad++;
      }
    });
    await Promise.all(lanes);
    expect(bad).toBeLessThanOrEqual(20);
    expect(slow.requests).toBeLessThan(100);
    expect(failing.requests).toBeLessThan(100);
    const shares = good.map(({ requests }) => requests);
    expect(Math.min(...shares)).toBeGreaterThan(400);
  });

  it('is still tried when all of them fail, and comes back when one does', async () => {
    let code = 500;
    const servers = await Promise.all(
      [1, 2].map(() => serve((_request, response) => void response.writeHead(code).end())),
    );
    const pool = makePool({ upstreams: { a: servers.map(({ url }) => url) } });
    for (let i = 0; i < 40; i++) expect(await pool.request('a:/')).toMatchObject({ status: 500 });
    code = 200;
    expect(await pool.request('a:/')).toMatchObject({ status: 200 });
  });
});
