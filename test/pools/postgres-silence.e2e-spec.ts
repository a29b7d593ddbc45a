import { once } from 'node:events';
import { Client, Query } from 'pg';
import type { PgClient } from '../../src/pools/postgres/pg-client';
import { PostgresConnection } from '../../src/pools/postgres/postgres-connection';
import { PostgresServer } from '../support/postgres-server';

const QUERY_TIMEOUT_MS = 30_000;
const AN_HOUR_MS = 3_600_000;

describe('the watch over silent PostgreSQL servers', () => {
  let server: PostgresServer;
  let client: Client;
  let connection: PostgresConnection;
  beforeAll(async () => (server = await PostgresServer.start()));
  afterAll(() => server.close());
  beforeEach(async () => {
    client = new Client(server.url);
    client.on('error', () => undefined);
    await client.connect();
    const options = { queryTimeoutMs: QUERY_TIMEOUT_MS, resetAlways: false };
    connection = new PostgresConnection(client as unknown as PgClient, options, () => true);
    await connection.ping();
    connection.closeIfSilent(0);
  });
  afterEach(() => connection.close());

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
