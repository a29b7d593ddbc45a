import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

const MAX = 2;
const ROUNDS = 60;

/** The server refuses the first connection above the limit of the role, however short it would be, and logs it. */
describe('the maximum of the PostgreSQL pool', () => {
  noUnhandledRejections();
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await PostgresServer.start({ logging_collector: 'on' });
    await server.query(`CREATE ROLE app LOGIN PASSWORD 'app' CONNECTION LIMIT ${MAX}`);
    const address = new URL(server.url);
    address.username = address.password = 'app';
    url = address.href;
  });
  afterAll(() => server.close());

  const refused = async () => {
    const [row] = await server.query<{ log: string }>('SELECT pg_read_file(pg_current_logfile()) AS log');
    return row!.log.split('too many connections for role').length - 1;
  };

  const quick = { probeIntervalMs: 5, probeTimeoutMs: 5_000, maintenanceIntervalMs: 5, connectTimeoutMs: 10_000 };

  it('is not exceeded for an instant, while connections are closed and replaced', async () => {
    const options = { min: 1, max: MAX, ...quick, maxLifetimeMs: 50, idleTimeoutMs: 10, validateAfterIdleMs: 0 };
    const pool = await postgresPool(url, { acquireTimeoutMs: 60_000, postgres: options });
    let rounds = 0;
    const isOver = () => rounds >= ROUNDS;
    const caller = async (which: number) => {
      while (!isOver()) {
        const lease = await pool.acquire();
        const way = (rounds++ + which) % 4;
        if (way === 0) await lease.query('SELECT 1');
        if (way === 1) lease.query('SELECT pg_sleep(60)').catch(() => undefined); // is cancelled
        if (way === 2) await lease.query('SELECT wrong').catch(() => undefined);
        lease.release(way !== 0);
        if (way === 3) await sleep(3);
      }
    };
    const resizes = async () => {
      for (let max = 1; !isOver(); max = max === 1 ? MAX : 1) {
        pool.resize({ max });
        await sleep(20);
      }
    };
    try {
      await Promise.all([0, 1, 2, 3].map(caller).concat(resizes()));
      expect(await refused()).toBe(0);
      expect(pool.stats().created).toBeGreaterThan(ROUNDS / 4);
    } finally {
      await pool.drain(1_000);
    }
  });

  it('leaves none on the server when the pool is drained', async () => {
    for (let time = 0; time < 3; time++) {
      const pool = await postgresPool(url, { postgres: { min: MAX, max: MAX, ...quick } });
      await eventually('both are open', () => pool.stats().idle === MAX);
      const sleeper = pool.query('SELECT pg_sleep(60)').catch((error: unknown) => error);
      await eventually('it runs', () => pool.stats().inUse === 1);
      await pool.drain(0);
      await expect(sleeper).resolves.toMatchObject({ code: 'POOL_CONNECTION_LOST' });
    }
    expect(await refused()).toBe(0);
  });
});
