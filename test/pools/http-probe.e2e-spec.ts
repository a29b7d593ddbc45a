import { SystemClock } from '../../src/common/clock';
import { QdrantPool } from '../../src/pools/qdrant/qdrant-pool';
import { eventually } from '../support/eventually';
import { echo } from '../support/http-answers';
import { httpPools } from '../support/http-pools';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import { QdrantServer } from '../support/qdrant-server';
import { SilentServer } from '../support/silent-server';

const { serve, makePool, later } = httpPools();
const probeIntervalMs = 20;

describe('the probe of an upstream', () => {
  noUnhandledRejections();

  it('asks on a connection that is idle, without another one and without keeping it from being closed', async () => {
    const asked: string[] = [];
    const server = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(request.method === 'OPTIONS' ? 404 : 200).end();
    });
    const pool = makePool({ upstreams: { one: [`${server.url}/base`] }, probeIntervalMs, idleTimeoutMs: 1_500 });
    await pool.request('one:/path');
    await pool.start();
    await eventually('it was probed again and again', () => asked.length >= 5);
    expect(server.connections).toBe(1);
    expect(new Set(asked)).toEqual(new Set(['GET /base/path', 'OPTIONS /base/']));
    expect(pool.stats()).toMatchObject({ created: 1, acquired: 1, released: 1, inUse: 0, errors: 0 });
    expect(pool.state).toBe('up');
    await eventually('it was idle for long enough', () => pool.stats().closed.idle === 1 && pool.stats().idle === 0);
    expect(pool.state).toBe('up');
  });

  it('needs no connection while callers are answered', async () => {
    const server = await serve((request, response) => void response.end(request.method));
    const pool = makePool({ upstreams: { one: [server.url] }, probeIntervalMs: 500 });
    await pool.request('one:/');
    await pool.start();
    expect(pool.state).toBe('up');
    expect(server).toMatchObject({ connections: 1, requests: 1 });
  });

  it('opens none beyond the limit, and takes none from a caller', async () => {
    const held: (() => void)[] = [];
    const server = await serve((_request, response) => void held.push(() => response.end()));
    const pool = makePool({ upstreams: { one: [server.url] }, maxConnections: 2, probeIntervalMs });
    await pool.start();
    expect(pool.state).toBe('up');
    const requests = [pool.request('one:/1'), pool.request('one:/2')];
    await eventually('both are under way', () => held.length === 2);
    await eventually('those of the probes are closed', async () => (await server.openConnections()) === 2);
    const before = server.connections;
    for (let look = 0; look < 20; look++) {
      await new Promise((resolve) => setTimeout(resolve, probeIntervalMs));
      expect(await server.openConnections()).toBeLessThanOrEqual(2);
    }
    expect(server.connections).toBe(before);
    expect(pool.state).toBe('up');
    for (const end of held) end();
    await Promise.all(requests);
  });

  it('finds every server with a limit of one connection', async () => {
    const servers = await Promise.all([serve(echo), serve(echo), serve(echo)]);
    const urls = servers.map(({ url }) => url);
    const pool = makePool({ upstreams: { all: urls }, maxConnections: 1, probeIntervalMs: 500 });
    await pool.start();
    expect(pool.stats().endpoints.map(({ health }) => health.state)).toEqual(['up', 'up', 'up']);
  });

  it('says that a server is gone, though its connection was idle', async () => {
    const server = await serve(echo);
    const pool = makePool({ upstreams: { one: [server.url] }, probeIntervalMs });
    await pool.request('one:/');
    await pool.start();
    const { port } = server;
    await server.close();
    await eventually('it is down', () => pool.state === 'down');
    await serve(echo, port);
    await eventually('it is up', () => pool.state === 'up');
  });

  it('calls a server up that takes connections and does not answer OPTIONS', async () => {
    const server = await serve((request, response) => void (request.method === 'GET' && response.end()));
    const pool = makePool({ upstreams: { one: [server.url] }, probeIntervalMs, probeTimeoutMs: 300 });
    await pool.request('one:/');
    await pool.start();
    await eventually('it was asked', () => server.requests >= 2);
    await eventually('the connection is closed', () => pool.stats().idle === 0);
    await pool.request('one:/');
    expect(pool.state).toBe('up');
  });
});

describe('the probe of Qdrant', () => {
  noUnhandledRejections();

  it('makes room for a caller, and does not count that as a failure', async () => {
    const silent = await SilentServer.start();
    const server = await QdrantServer.start();
    later(() => Promise.all([silent.close(), server.close()]));
    const limits = { maxConnections: 1, acquireTimeoutMs: 5_000, maxWaiting: 10 };
    const times = { probeIntervalMs: 60_000, probeTimeoutMs: 60_000 };
    const pool = new QdrantPool({ urls: [silent.url], apiKey: undefined, ...limits, ...times }, new SystemClock());
    later(() => pool.drain(0));
    void pool.start();
    await eventually('the probe waits for an answer', async () => (await silent.openConnections()) === 1);
    const call = pool.use((client) => client.getCollections(), { retry: false, totalTimeoutMs: 1_000 });
    await expect(call).rejects.toMatchObject({ code: 'HTTP_TIMEOUT' });
    expect(pool.stats()).toMatchObject({ acquired: 1, timeouts: 0 });
    expect(pool.stats().closed).toMatchObject({ evicted: 1 });
    expect(pool.health().lastError).toBeUndefined();
  });

  it('opens no connection beyond the limit', async () => {
    const server = await QdrantServer.start();
    later(() => server.close());
    const held: (() => void)[] = [];
    server.misbehave = (_request, response) => void held.push(() => response.end('{"result":{"collections":[]}}'));
    const limits = { maxConnections: 2, acquireTimeoutMs: 5_000, maxWaiting: 10 };
    const pool = new QdrantPool(
      { urls: [server.url], apiKey: undefined, ...limits, probeIntervalMs },
      new SystemClock(),
    );
    later(() => pool.drain(0));
    await pool.start();
    const calls = [1, 2].map(() => pool.use((client) => client.getCollections()));
    await eventually('both are under way', () => held.length === 2);
    const before = server.connections;
    await new Promise((resolve) => setTimeout(resolve, 20 * probeIntervalMs));
    expect(server.connections).toBe(before);
    expect(pool.state).toBe('up');
    for (const end of held) end();
    await Promise.all(calls);
  });
});
