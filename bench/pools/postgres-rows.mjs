import { Pool } from 'pg';
import { concurrently } from '../lib/concurrently.mjs';
import { absolute, comparison } from '../lib/rows.mjs';
import { startPostgres } from '../lib/servers.mjs';
import { postgresPool } from './postgres-pool.mjs';
import { gapBeyondOutage } from './restart-gap.mjs';

const CONCURRENCY = 20;
const ROWS = 10_000;

/** pg's own pool and ours, both of 20 connections, asked the same by 20 callers. */
const against = ({ id, title, atLeast, text, values }) =>
  comparison({
    id,
    title,
    measures: 'throughput',
    target: { atLeast },
    cpuTarget: { atMost: 1.1 },
    setup: async () => {
      const server = await startPostgres();
      const raw = new Pool({ connectionString: server.url, max: CONCURRENCY });
      await raw.query(`CREATE TABLE item AS SELECT i AS id, md5(i::text) AS name, i * 1.5 AS price, now() AS at
                       FROM generate_series(1, ${ROWS}) i`);
      await raw.query('ALTER TABLE item ADD PRIMARY KEY (id)');
      await raw.query('ANALYZE item');
      const ours = await postgresPool(server.url, { min: CONCURRENCY, max: CONCURRENCY });
      return {
        base: (operations) => concurrently(CONCURRENCY, operations, (index) => raw.query(text, values(index))),
        subject: (operations) => concurrently(CONCURRENCY, operations, (index) => ours.query(text, values(index))),
        peers: {
          'raw connect/release': (operations) =>
            concurrently(CONCURRENCY, operations, async (index) => {
              const client = await raw.connect();
              await client.query(text, values(index));
              client.release();
            }),
          'our use()': (operations) =>
            concurrently(CONCURRENCY, operations, (index) => ours.use((client) => client.query(text, values(index)))),
        },
        teardown: async () => {
          await ours.drain(1_000);
          await raw.end();
          await server.stop();
        },
      };
    },
  });

const restartGap = (mode) =>
  absolute({
    id: mode === 'fast' ? 'pg-restart-gap' : `pg-restart-gap-${mode}`,
    title: `longest gap without an answer minus the outage, restart with -m ${mode}`,
    unit: 'ms',
    target: { atMost: 150 },
    rounds: 8,
    precision: 0,
    setup: async () => {
      const server = await startPostgres();
      const pool = await postgresPool(server.url, { min: 5, max: CONCURRENCY });
      return {
        server,
        pool,
        teardown: async () => {
          await pool.drain(1_000);
          await server.stop();
        },
      };
    },
    measure: ({ context: { server, pool } }) => gapBeyondOutage(server, pool, mode, CONCURRENCY),
  });

export const postgresRows = [
  against({
    id: 'pg-10-rows',
    title: '10 rows by primary key, 20 callers, of raw pg-pool',
    atLeast: 0.95,
    text: 'SELECT * FROM item WHERE id BETWEEN $1 AND $2',
    values: (index) => [(index % (ROWS - 10)) + 1, (index % (ROWS - 10)) + 10],
  }),
  against({
    id: 'pg-select-1',
    title: 'SELECT 1, 20 callers, of raw pg-pool',
    atLeast: 0.92,
    text: 'SELECT 1',
    values: () => undefined,
  }),
  restartGap('fast'),
  restartGap('immediate'),
];
