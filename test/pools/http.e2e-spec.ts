import { atOnce } from '../support/at-once';
import { eventually } from '../support/eventually';
import { echo, never, slowly } from '../support/http-answers';
import { httpPools } from '../support/http-pools';
import type { Answer } from '../support/http-upstream';
import { outcome } from '../support/outcome';
import { TcpProxy } from '../support/tcp-proxy';

const { later, makePool, serve } = httpPools();

describe('an HTTP request', () => {
  it('gives headers as their type says: cookies as an array, also one, and other lines joined', async () => {
    const server = await serve((request, response) => {
      const cookies = request.url === '/one' ? ['a=1'] : ['a=1', 'b=2; Path=/'];
      response.setHeader('set-cookie', cookies);
      response.setHeader('x-thing', ['one', 'two, three']);
      response.setHeader('content-type', 'text/plain');
      response.end('ok');
    });
    const pool = makePool();
    const one = await pool.request(`${server.url}/one`);
    expect(one.headers['set-cookie']).toEqual(['a=1']);
    const { headers } = await pool.request(`${server.url}/two`);
    expect(headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2; Path=/'], 'x-thing': 'one, two, three' });
    for (const [name, value] of Object.entries(headers)) {
      expect(Array.isArray(value)).toBe(name === 'set-cookie');
    }
  });

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
    expect(second).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', error: { message: expect.stringContaining('{ http: { maxConnections } }') } }); // prettier-ignore
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
    later(() => silent.close());
    silent.stall();
    const url = `https://127.0.0.1:${silent.port}`; // TLS never gets its answer
    const pool = makePool();
    const late = await outcome(pool.request(url, { totalTimeoutMs: 150 }));
    expect(late.code).toBe('HTTP_TIMEOUT');
    expect(late.ms).toBeLessThan(2_650);
    const given = outcome(pool.request(url, { signal: AbortSignal.timeout(100) }));
    expect((await given).error!.name).toBe('TimeoutError');
    expect(pool.stats()).toMatchObject({ inUse: 0, idle: 0, connecting: 0, created: 0 });
    silent.forward(); // a stalled proxy does not notice which clients have left
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
    expect(await atOnce(Promise.race(requests))).toMatchObject({ value: { code: 'POOL_QUEUE_FULL' } });
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
