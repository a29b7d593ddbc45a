import { EventEmitter } from 'node:events';
import type { PgClient } from './pg-client';
import { SystemClock } from '../../common/clock';
import { resolvePoolsOptions } from '../pools-options-defaults';
import { StatementObservation } from './statement-observation';
import { PostgresConnection } from './postgres-connection';

const QUERY_TIMEOUT_MS = 30_000;

const { postgres: POSTGRES } = resolvePoolsOptions({});

/** A client whose server never answers. */
function setUp() {
  const destroy = jest.fn();
  const connection = Object.assign(new EventEmitter(), { stream: { destroy } });
  const client = Object.assign(new EventEmitter(), {
    connection,
    readyForQuery: true,
    getTransactionStatus: () => 'I',
    query: () => {
      client.readyForQuery = false;
    },
  });
  const options = {
    queryTimeoutMs: 30_000,
    queryTimeoutOption: 'postgres.queryTimeoutMs' as const,
    serverKeepsTime: true,
    resetAlways: false,
    pgbouncer: false,
    prepares: true,
    observation: new StatementObservation('postgres', POSTGRES, new SystemClock(), () => Promise.resolve([])),
  };
  return { destroy, connection: new PostgresConnection(client as unknown as PgClient, options, () => false) };
}

describe('a silent server', () => {
  it('is given up once a statement has taken longer than its timeout', () => {
    const { destroy, connection } = setUp();
    connection.query('SELECT 1', undefined, () => {});
    connection.closeIfSilent(1_000);
    connection.closeIfSilent(QUERY_TIMEOUT_MS);
    expect(destroy).not.toHaveBeenCalled();
    connection.closeIfSilent(QUERY_TIMEOUT_MS + 2_001);
    expect(destroy).toHaveBeenCalledTimes(1);
  });

  it('is not a connection that lay idle for long and is being pinged', () => {
    const { destroy, connection } = setUp();
    connection.closeIfSilent(0);
    void connection.ping();
    connection.closeIfSilent(10 * QUERY_TIMEOUT_MS);
    expect(destroy).not.toHaveBeenCalled();
  });
});
