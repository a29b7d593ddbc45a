import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SystemClock } from '../../src/common/clock';
import { QdrantPool } from '../../src/pools/qdrant/qdrant-pool';
import { holdLoop } from '../support/hold-loop';
import { httpPools } from '../support/http-pools';
import { outcome } from '../support/outcome';
import { RedisPools } from '../support/redis-pools';

const { makePool, later } = httpPools();
const redis = RedisPools.forFile();

/** In a process of its own, since the loop of this one is stopped. */
const SERVER = `
  const answer = JSON.stringify({ result: { collections: [] }, status: 'ok', time: 0 });
  const server = require('node:http').createServer((request, response) => setTimeout(() => {
    response.setHeader('content-type', 'application/json');
    response.end(answer);
  }, 100));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const sent = () => new Promise((resolve) => setTimeout(resolve, 50));

describe('after a stop of the event loop', () => {
  let url: string;
  beforeEach(async () => {
    const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
    later(async () => {
      server.kill('SIGKILL');
      await once(server, 'exit');
    });
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    url = `http://127.0.0.1:${String(port).trim()}`;
  });

  it('HTTP reads the answers that have come before it calls them late', async () => {
    const pool = makePool({ maxConnections: 2, maxConnectionsPerOrigin: 2 });
    await Promise.all([pool.request(url), pool.request(url)]);
    const answers = [1, 2].map(() => pool.request(url, { totalTimeoutMs: 200, retry: false }));
    await sent();
    holdLoop(600);
    for (const answer of answers) expect(await answer).toMatchObject({ status: 200 });
    expect(pool.stats()).toMatchObject({ breaker: 'closed', timeouts: 0 });
  });

  it('HTTP opens a connection that was in the making', async () => {
    const pool = makePool({ connectTimeoutMs: 100 });
    const answer = pool.request(url, { retry: false });
    await new Promise(setImmediate);
    holdLoop(400);
    expect(await answer).toMatchObject({ status: 200, attempts: 1 });
  });

  it('Qdrant does so as well', async () => {
    const limits = { maxConnections: 2, acquireTimeoutMs: 500, maxWaiting: 10, probeIntervalMs: 60_000 };
    const pool = new QdrantPool({ urls: [url], ...limits }, new SystemClock());
    later(() => pool.drain(200));
    await pool.use((client) => client.getCollections());
    const answer = pool.use((client) => client.getCollections(), { totalTimeoutMs: 200, retry: false });
    await sent();
    holdLoop(600);
    expect(await answer).toEqual({ collections: [] });
  });

  it.each(['the shared connection', 'a lent one'])(
    'Redis opens a connection that was in the making: %s',
    async (which) => {
      const pool = redis.makePool(redis.server.url, { commandTimeoutMs: 300 });
      const answer = which === 'a lent one' ? pool.use((own) => own.ping()) : pool.client.ping();
      await new Promise(setImmediate);
      holdLoop(600);
      expect(await answer).toBe('PONG');
      expect(pool.stats()).toMatchObject({ breaker: 'closed', errors: 0, timeouts: 0 });
    },
  );

  it('Redis still calls a silent server late', async () => {
    redis.proxy.stall();
    const pool = redis.makePool(redis.proxyUrl, { commandTimeoutMs: 300 });
    const answer = outcome(pool.client.ping());
    await new Promise(setImmediate);
    holdLoop(600);
    expect(await answer).toMatchObject({ code: 'REDIS_TIMEOUT' });
  });
});
