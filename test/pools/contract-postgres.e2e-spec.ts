import { SystemClock } from '../../src/common/clock';
import { describePoolContract } from '../support/pool.contract';
import { makePostgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';
import { TcpProxy } from '../support/tcp-proxy';

jest.setTimeout(30_000); // a busy machine starts and stops servers slowly

describe('the PostgreSQL pool keeps the contract', () => {
  let server: PostgresServer;
  let proxy: TcpProxy;
  beforeAll(async () => {
    server = await PostgresServer.start();
    proxy = await TcpProxy.start(server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });

  describePoolContract({
    proxy: () => proxy,
    url: () => server.url.replace(`:${server.port}`, `:${proxy.port}`),
    make: (url, { capacity, maxWaiting, acquireTimeoutMs }) => {
      const postgres = { min: 0, max: capacity, probeIntervalMs: 200, rideOutMs: 300 };
      const pool = makePostgresPool(url, { maxWaiting, acquireTimeoutMs, postgres }, new SystemClock());
      return {
        pool,
        call: () => pool.query('SELECT 1'),
        maxFor: (wanted) => wanted,
        hold: (options) => {
          const lease = pool.acquire(options);
          let free: (() => void) | undefined;
          return { granted: lease.then(({ release }) => void (free = release)), free: () => free!() };
        },
      };
    },
  });
});
