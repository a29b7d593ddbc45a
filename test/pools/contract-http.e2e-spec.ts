import { SystemClock } from '../../src/common/clock';
import { HttpPool } from '../../src/pools/http/http.pool';
import { ParkingServer } from '../support/parking-server';
import { describePoolContract } from '../support/pool.contract';
import { TcpProxy } from '../support/tcp-proxy';

jest.setTimeout(30_000); // a busy machine starts and stops servers slowly

describe('the HTTP pool keeps the contract', () => {
  let server: ParkingServer;
  let proxy: TcpProxy;
  beforeAll(async () => {
    server = await ParkingServer.start();
    proxy = await TcpProxy.start(server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });

  describePoolContract({
    proxy: () => proxy,
    url: () => `http://127.0.0.1:${proxy.port}`,
    make: (url, { capacity, maxWaiting, acquireTimeoutMs }) => {
      const upstreams: Record<string, string[]> = url === undefined ? {} : { parking: [url] };
      const limits = { maxConnections: capacity, maxConnectionsPerOrigin: 1_000, maxWaiting, acquireTimeoutMs };
      const pool = new HttpPool({ upstreams, ...limits, probeIntervalMs: 200 }, new SystemClock());
      const totalTimeoutMs = 120_000;
      return {
        pool,
        call: () => pool.request('parking:/', { totalTimeoutMs }),
        maxFor: (wanted) => wanted,
        hold: (options) => {
          const { name, arrived, free } = server.space();
          const exchange = pool.request(`parking:/${name}`, { ...options, totalTimeoutMs });
          const failed = exchange.then(
            () => new Promise<never>(() => undefined),
            (error: unknown) => Promise.reject(error),
          );
          return { granted: Promise.race([arrived, failed]), free };
        },
      };
    },
  });
});
