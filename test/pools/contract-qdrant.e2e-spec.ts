import { SystemClock } from '../../src/common/clock';
import { QdrantPool } from '../../src/pools/qdrant/qdrant.pool';
import { ParkingServer } from '../support/parking-server';
import { describePoolContract } from '../support/pool.contract';
import { QdrantServer } from '../support/qdrant-server';
import { TcpProxy } from '../support/tcp-proxy';

jest.setTimeout(30_000); // a busy machine starts and stops servers slowly

describe('the Qdrant pool keeps the contract', () => {
  let parking: ParkingServer;
  let server: QdrantServer;
  let proxy: TcpProxy;
  beforeAll(async () => {
    parking = await ParkingServer.start();
    server = await QdrantServer.start();
    // Collections called "parked…" are answered when they are told to; everything else as Qdrant does.
    server.park = (request, response) => parking.park(request, response);
    proxy = await TcpProxy.start(server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
    await parking.close();
  });

  describePoolContract({
    proxy: () => proxy,
    url: () => `http://127.0.0.1:${proxy.port}`,
    make: (url, { capacity, maxWaiting, acquireTimeoutMs }) => {
      const urls = url === undefined ? [] : [url];
      const limits = { maxConnections: capacity, maxWaiting, acquireTimeoutMs };
      const pool = new QdrantPool({ urls, apiKey: undefined, ...limits, probeIntervalMs: 200 }, new SystemClock());
      const totalTimeoutMs = 120_000;
      return {
        pool,
        call: () => pool.use((client) => client.getCollections(), { totalTimeoutMs }),
        maxFor: (wanted) => wanted,
        hold: (options) => {
          const { name, arrived, free } = parking.space();
          const exchange = pool.use((client) => client.collectionExists(name), { ...options, totalTimeoutMs });
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
