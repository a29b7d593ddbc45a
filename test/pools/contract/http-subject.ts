import { SystemClock } from '../../../src/common/clock';
import { HttpPool } from '../../../src/pools/http/http-pool';
import { ParkingServer } from '../../support/parking-server';
import { type ContractSubject, holdByRequest } from '../../support/pool-contract-subject';

const totalTimeoutMs = 120_000;

/** The HTTP pool as the contract of all pools sees it. */
export const httpSubject: ContractSubject<ParkingServer> = {
  startServer: () => ParkingServer.start(),
  url: (port) => `http://127.0.0.1:${port}`,
  makePool: (url, { capacity, maxWaiting, acquireTimeoutMs }, server) => {
    const upstreams: Record<string, string[]> = url === undefined ? {} : { parking: [url] };
    const limits = { maxConnections: capacity, maxConnectionsPerOrigin: 1_000, maxWaiting, acquireTimeoutMs };
    const pool = new HttpPool({ upstreams, proxy: {}, ...limits, probeIntervalMs: 200 }, new SystemClock());
    return {
      pool,
      call: () => pool.request('parking:/', { totalTimeoutMs }),
      hold: (options) => {
        const space = server.space();
        return holdByRequest(pool.request(`parking:/${space.name}`, { ...options, totalTimeoutMs }), space);
      },
    };
  },
};
