import { SystemClock } from '../../../src/common/clock';
import { type ContractSubject, holdByLease } from '../../support/pool-contract-subject';
import { makePostgresPool } from '../../support/postgres-pool';
import { PostgresServer } from '../../support/postgres-server';

/** The PostgreSQL pool as the contract of all pools sees it. */
export const postgresSubject: ContractSubject<PostgresServer> = {
  startServer: () => PostgresServer.start(),
  url: (port, server) => server.url.replace(`:${server.port}`, `:${port}`),
  makePool: (url, { capacity, maxWaiting, acquireTimeoutMs }) => {
    const postgres = { min: 0, max: capacity, probeIntervalMs: 200, rideOutMs: 300 };
    const pool = makePostgresPool(url, { maxWaiting, acquireTimeoutMs, postgres }, new SystemClock());
    return {
      pool,
      call: () => pool.query('SELECT 1'),
      hold: (options) => holdByLease(pool.acquire(options)),
    };
  },
};
