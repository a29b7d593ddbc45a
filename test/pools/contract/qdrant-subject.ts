import { SystemClock } from '../../../src/common/clock';
import { QdrantPool } from '../../../src/pools/qdrant/qdrant-pool';
import { ParkingServer } from '../../support/parking-server';
import { type ContractServer, type ContractSubject, holdByRequest } from '../../support/pool-contract-subject';
import { QdrantServer } from '../../support/qdrant-server';

const totalTimeoutMs = 120_000;

interface ParkedQdrant extends ContractServer {
  readonly parking: ParkingServer;
}

/** The Qdrant pool as the contract of all pools sees it. */
export const qdrantSubject: ContractSubject<ParkedQdrant> = {
  startServer: async () => {
    const parking = await ParkingServer.start();
    const qdrant = await QdrantServer.start();
    // Collections called "parked…" are answered when the test releases them; everything else as Qdrant does.
    qdrant.park = (request, response) => parking.park(request, response);
    return { port: qdrant.port, parking, close: () => Promise.all([qdrant.close(), parking.close()]) };
  },
  url: (port) => `http://127.0.0.1:${port}`,
  makePool: (url, { capacity, maxWaiting, acquireTimeoutMs }, { parking }) => {
    const limits = { maxConnections: capacity, maxWaiting, acquireTimeoutMs };
    const options = { urls: url === undefined ? [] : [url], apiKey: undefined, ...limits, probeIntervalMs: 200 };
    const pool = new QdrantPool(options, new SystemClock());
    return {
      pool,
      call: () => pool.use((client) => client.getCollections(), { totalTimeoutMs }),
      hold: (settings) => {
        const space = parking.space();
        const exists = pool.use((client) => client.collectionExists(space.name), { ...settings, totalTimeoutMs });
        return holdByRequest(exists, space);
      },
    };
  },
};
