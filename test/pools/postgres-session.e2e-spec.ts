import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

describe('the session of a PostgreSQL connection', () => {
  let server: PostgresServer;
  let pool: PostgresPool;
  beforeAll(async () => {
    server = await PostgresServer.start();
    pool = await postgresPool(server.url, { postgres: { min: 1, max: 1 } });
  });
  afterAll(async () => {
    await pool.drain(1_000);
    await server.close();
  });

  const isLocked = async () => {
    const rows = await server.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory'`);
    return rows.length > 0;
  };

  it('a lock that query() could not keep is refused, so no two copies hold it', async () => {
    await expect(pool.query('SELECT pg_advisory_lock($1)', [7])).rejects.toMatchObject({
      code: 'POOL_SESSION_STATEMENT',
      message: expect.stringContaining('pg_advisory_xact_lock'),
    });
    await expect(pool.driverFacade.query('SELECT pg_try_advisory_lock(7)')).rejects.toMatchObject({
      code: 'POOL_SESSION_STATEMENT',
    });
    expect(pool.stats()).toMatchObject({ errors: 0, inUse: 0, idle: 1 });
  });

  it('use() keeps a lock until the connection comes back, and transaction() until it ends', async () => {
    await pool.use(async (client) => {
      await client.query('SELECT pg_advisory_lock(7)');
      expect(await isLocked()).toBe(true);
    });
    await pool.query('SELECT 1');
    expect(await isLocked()).toBe(false);
    await pool.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(7)');
      await tx.query(`SET LOCAL application_name = 'locked'`);
      expect(await isLocked()).toBe(true);
    });
    expect(await isLocked()).toBe(false);
  });

  it.each([
    `SELECT pg_catalog./* */pg_advisory_lock(7)`,
    `SELECT U&"pg_advis\\006fry_lock"(7)`,
    `SELECT set_config('search_path', 'nowhere', /*, true)*/ false)`,
    `DO $$ BEGIN PERFORM pg_advisory_lock(7); END $$`,
    `CREATE OR REPLACE TEMP VIEW leaked AS SELECT 1`,
    `CREATE/**/TEMPORARY TABLE leaked (id int)`,
    `SELECT 1 AS id INTO /* */ TEMP leaked`,
    `SET/**/search_path TO nowhere`,
    `SELECT set_config('search_path', 'nowhere', 'f')`,
  ])('what a lease did by %s does not reach the next one', async (text) => {
    await pool.use((client) => client.query(text));
    const { rows } = await pool.query(
      `SELECT current_setting('search_path') AS path, to_regclass('pg_temp.leaked') AS leaked,
        (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory') AS locks`,
    );
    expect(rows).toEqual([{ path: '"$user", public', leaked: null, locks: 0 }]);
  });
});
