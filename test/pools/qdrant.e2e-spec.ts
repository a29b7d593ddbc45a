import { SystemClock } from '../../src/common/clock';
import type { QdrantPoolSettings } from '../../src/pools/qdrant/qdrant.options';
import { QdrantPool } from '../../src/pools/qdrant/qdrant-pool';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { outcome } from '../support/outcome';
import { QdrantServer } from '../support/qdrant-server';
import { undoAfterEach } from '../support/undo';

const later = undoAfterEach();

async function serve(options?: { apiKey?: string; port?: number }): Promise<QdrantServer> {
  const server = await QdrantServer.start(options);
  later(() => server.close());
  return server;
}

function makePool(urls: string[], options: Partial<QdrantPoolSettings> = {}): QdrantPool {
  const pool = new QdrantPool(
    {
      urls,
      apiKey: undefined,
      maxConnections: 4,
      acquireTimeoutMs: 1_000,
      maxWaiting: 50,
      probeIntervalMs: 200,
      ...options,
    },
    new SystemClock(),
  );
  later(() => pool.drain(200));
  return pool;
}

const VECTORS = { size: 2, distance: 'Cosine' } as const;

describe('the Qdrant pool', () => {
  it('runs the official client: a collection is made, filled and searched', async () => {
    const server = await serve({ apiKey: 'secret' });
    const pool = makePool([server.url], { apiKey: 'secret' });
    const found = await pool.use(async (client) => {
      await client.createCollection('things', { vectors: VECTORS });
      await client.upsert('things', {
        points: [
          { id: 1, vector: [1, 0], payload: { name: 'east' } },
          { id: 2, vector: [0, 1], payload: { name: 'north' } },
        ],
      });
      return await client.query('things', { query: [0.9, 0.1], limit: 1 });
    });
    expect(found.points).toEqual([expect.objectContaining({ id: 1, payload: { name: 'east' } })]);
    expect((await pool.use((client) => client.count('things'))).count).toBe(2);
    expect(pool.stats()).toMatchObject({ created: 1, acquired: 4, released: 4, inUse: 0, idle: 1, breaker: 'closed' });
    expect(pool.stats().use.count).toBe(4);
    expect(pool.stats().endpoints[0]).toMatchObject({ name: server.url, requests: 4, errors: 0 });
  });

  it('is probed on a connection that is idle, without another one', async () => {
    const server = await serve();
    const pool = makePool([server.url], { probeIntervalMs: 20 });
    await pool.use((client) => client.getCollections());
    await pool.start();
    const [before, connections] = [server.requests, server.connections];
    await eventually('it was probed again and again', () => server.requests >= before + 5);
    expect(server.connections).toBe(connections);
    expect(pool.stats()).toMatchObject({ created: 1, acquired: 1, released: 1, inUse: 0, idle: 1 });
    await pool.use((client) => client.getCollections());
    expect(pool.state).toBe('up');
  });

  it('keeps to its limit of connections, in the order callers came', async () => {
    const server = await serve();
    await makePool([server.url]).use((client) => client.createCollection('c', { vectors: VECTORS }));
    const pool = makePool([server.url], { maxConnections: 2 });
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        pool.use(async (client) => {
          await client.count('c');
          order.push(i);
        }),
      ),
    );
    expect(pool.stats().created).toBe(2);
    expect(order.slice(0, 2).toSorted()).toEqual([0, 1]);
    expect(pool.stats().wait.count).toBe(20);
  });

  it('ends within its deadline, also while queueing, and leaves nothing behind', async () => {
    const server = await serve();
    server.misbehave = () => undefined;
    const pool = makePool([server.url], { maxConnections: 1, acquireTimeoutMs: 20_000 });
    const [first, second] = await Promise.all([
      outcome(pool.use((client) => client.getCollections(), { totalTimeoutMs: 300 })),
      outcome(pool.use((client) => client.getCollections(), { totalTimeoutMs: 200 })),
    ]);
    expect([first.code, second.code]).toEqual(['HTTP_TIMEOUT', 'POOL_ACQUIRE_TIMEOUT']);
    expect(first.ms).toBeLessThan(2_800);
    expect(second.ms).toBeLessThan(2_700);
    expect(pool.stats()).toMatchObject({ inUse: 0, waiting: 0 });
    await eventually('its connection is closed', async () => (await server.openConnections()) === 0);
  });

  it('ends when its caller aborts, queued or under way', async () => {
    const server = await serve();
    server.misbehave = () => undefined;
    const pool = makePool([server.url], { maxConnections: 1 });
    const controller = new AbortController();
    const { signal } = controller;
    const outcomes = [1, 2].map(() => outcome(pool.use((client) => client.getCollections(), { signal })));
    await eventually('one is under way, one waits', () => server.requests === 1 && pool.stats().waiting === 1);
    controller.abort(new Error('enough'));
    for (const { error } of await Promise.all(outcomes)) expect(error!.message).toBe('enough');
    expect(pool.stats()).toMatchObject({ inUse: 0, waiting: 0 });
  });

  it('passes on what Qdrant refuses, and does not count it against the server', async () => {
    const server = await serve();
    const pool = makePool([server.url]);
    for (let i = 0; i < 10; i++) {
      const { error } = await outcome(pool.use((client) => client.count('nowhere')));
      expect(error).toMatchObject({ status: 404 });
    }
    expect(pool.stats()).toMatchObject({ breaker: 'closed', retries: 0 });
  });

  it('repeats reads and idempotent writes, and nothing else', async () => {
    const server = await serve();
    const pool = makePool([server.url]);
    await pool.use((client) => client.createCollection('c', { vectors: VECTORS }));
    let asked = 0;
    server.misbehave = (_request, response) => {
      asked++;
      server.misbehave = undefined;
      response.writeHead(503).end();
    };
    const flaky = server.misbehave;
    expect((await pool.use((client) => client.count('c'))).count).toBe(0);
    server.misbehave = flaky;
    await pool.use((client) => client.upsert('c', { points: [{ id: 1, vector: [1, 1] }] }));
    server.misbehave = flaky;
    await expect(pool.use((client) => client.delete('c', { points: [1] }))).rejects.toMatchObject({ status: 503 });
    server.misbehave = flaky;
    await expect(pool.use((client) => client.count('c'), { retry: false })).rejects.toMatchObject({ status: 503 });
    expect(asked).toBe(4);
    expect(pool.stats().retries).toBe(2);
  });

  it('opens its breaker when Qdrant is unwell, and recovers without traffic', async () => {
    const server = await serve();
    const pool = makePool([server.url]);
    await pool.start();
    expect(pool.state).toBe('up');
    server.misbehave = (_request, response) => void response.writeHead(500).end();
    for (let i = 0; i < 20; i++) await outcome(pool.use((client) => client.getCollections()));
    expect(pool.stats().endpoints[0]).toMatchObject({ breaker: 'open', errors: 20, refusedRoutes: ['getCollections'] });
    const refused = await outcome(pool.use((client) => client.getCollections(), { retry: false }));
    expect(refused).toMatchObject({ code: 'POOL_BREAKER_OPEN' });
    server.misbehave = undefined;
    await eventually('it is asked again', () => outcome(pool.use((client) => client.getCollections())).then(({ value }) => value)); // prettier-ignore
    server.ready = false;
    await eventually('it is down', () => pool.state === 'down');
    server.ready = true;
    await eventually('it is up', () => pool.state === 'up');
  });

  it('goes on with the other server when one is dead', async () => {
    const server = await serve();
    const pool = makePool([`http://127.0.0.1:${await freePort()}`, server.url]);
    await pool.start();
    expect(pool.state).toBe('degraded');
    for (let i = 0; i < 20; i++)
      expect(await pool.use((client) => client.getCollections())).toEqual({ collections: [] });
  });

  it('tells a dead server by its error, names what to set, and never connects when not configured', async () => {
    const dead = makePool([`http://127.0.0.1:${await freePort()}`]);
    await dead.start();
    expect(dead.health()).toMatchObject({
      state: 'down',
      lastError: { message: expect.stringContaining('ECONNREFUSED') },
    });
    expect(await outcome(dead.use((client) => client.getCollections()))).toMatchObject({ code: 'HTTP_CONNECT_FAILED' });
    const none = makePool([]);
    await none.start();
    expect(none.state).toBe('not_configured');
    await expect(none.use((client) => client.getCollections())).rejects.toThrow(
      /set PoolsModule\.forRoot\({ qdrant: { url } }\)/,
    );
  });

  it('is closed on shutdown: nothing new, what is under way ends, no socket stays', async () => {
    const server = await serve();
    const pool = makePool([server.url]);
    await pool.start();
    const underWay = pool.use((client) => client.getCollections());
    const drained = pool.drain(1_000);
    await expect(pool.use((client) => client.getCollections())).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    expect(await underWay).toEqual({ collections: [] });
    await drained;
    await eventually('no socket is open', async () => (await server.openConnections()) === 0);
  });
});
