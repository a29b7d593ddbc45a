import { once } from 'node:events';
import { Client, Query } from 'pg';
import { SystemClock } from '../../src/common/clock';
import { resolvePoolsOptions } from '../../src/pools/pools-options-defaults';
import type { PgClient } from '../../src/pools/postgres/pg-client';
import { PostgresConnection } from '../../src/pools/postgres/postgres-connection';
import { StatementObservation } from '../../src/pools/postgres/statement-observation';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';

const QUERY_TIMEOUT_MS = 30_000;
const { postgres: POSTGRES } = resolvePoolsOptions({});
const AN_HOUR_MS = 3_600_000;

describe('one connection to PostgreSQL', () => {
  let server: PostgresServer;
  let client: Client;
  let connection: PostgresConnection;
  beforeAll(async () => (server = await PostgresServer.start()));
  afterAll(() => server.close());
  beforeEach(async () => {
    client = new Client(server.url);
    client.on('error', () => undefined);
    await client.connect();
    const options = {
      queryTimeoutMs: QUERY_TIMEOUT_MS,
      queryTimeoutOption: 'postgres.queryTimeoutMs' as const,
      serverKeepsTime: true,
      resetAlways: false,
      pgbouncer: false,
      prepares: true,
      observation: new StatementObservation('postgres', POSTGRES, new SystemClock(), () => Promise.resolve([])),
    };
    connection = new PostgresConnection(client as unknown as PgClient, options, () => true);
    await connection.ping();
    connection.session.start();
    connection.closeIfSilent(0);
  });
  afterEach(() => connection.close());

  it('resets a session once, not after every statement, when the configuration of the server has changed', async () => {
    await server.query(`ALTER SYSTEM SET TimeZone = 'Asia/Tokyo'`);
    await server.query('SELECT pg_reload_conf()');
    await eventually('the change is reported', async () => {
      await connection.ping();
      return connection.session.needsReset;
    });
    expect(await connection.clean()).toBe(true);
    for (let round = 0; round < 3; round++) {
      await connection.ping();
      expect(connection.session.needsReset).toBe(false);
      expect(connection.clean()).toBe(true);
    }
  });

  it('lets a probe have its answer on a connection that lay idle for long', async () => {
    const answer = connection.ping();
    connection.closeIfSilent(AN_HOUR_MS);
    await expect(answer).resolves.toBeUndefined();
  });

  it('cuts a connection whose probe is not answered for longer than a query may take', async () => {
    const answer = connection.ping();
    connection.closeIfSilent(AN_HOUR_MS);
    connection.closeIfSilent(AN_HOUR_MS + QUERY_TIMEOUT_MS + 1_001);
    await expect(answer).rejects.toThrow('cancelled after 30000 ms');
  });

  it('leaves a cursor alone whose borrower takes its time between two reads', async () => {
    const cursor = connection.submit(new Query('SELECT pg_sleep(0.2), 1 AS one'));
    const rows = once(cursor, 'row');
    connection.closeIfSilent(AN_HOUR_MS);
    connection.closeIfSilent(2 * AN_HOUR_MS);
    expect((await rows)[0]).toMatchObject({ one: 1 });
  });
});
