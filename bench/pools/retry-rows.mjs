import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { absolute } from '../lib/rows.mjs';
import { startPostgres } from '../lib/servers.mjs';
import { postgresPool } from './postgres-pool.mjs';

const CONNECTIONS = 20;
const ATTEMPTS = 5;
const PAUSE_MS = 5;
const TRANSACTIONS = 20;

/** Reads one row that everybody wants, and writes it. */
async function increment(client) {
  const { rows } = await client.query('SELECT value FROM hot');
  await client.query('UPDATE hot SET value = $1', [rows[0].value + 1]);
}

/** The loop that is written by hand: five attempts, with a growing random pause. */
async function plainLoop(pool) {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
      await increment(client);
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (attempt === ATTEMPTS || error.code !== '40001') throw error;
    } finally {
      client.release();
    }
    await sleep(Math.random() * PAUSE_MS * 2 ** (attempt - 1));
  }
}

/** How many per cent of the callers' transactions are given up. */
async function lostPercent(callers, transaction) {
  let lost = 0;
  const lanes = Array.from({ length: callers }, async () => {
    for (let each = 0; each < TRANSACTIONS; each++) await transaction().catch(() => lost++);
  });
  await Promise.all(lanes);
  return (lost / (callers * TRANSACTIONS)) * 100;
}

const givenUp = (callers) =>
  absolute({
    id: `pg-retry-lost-${callers}`,
    title: `serializable transactions on one row given up by ${callers} callers, minus those of a loop by hand`,
    unit: '% of all',
    target: { atMost: 0 },
    rounds: 6,
    precision: 1,
    setup: async () => {
      const server = await startPostgres();
      const raw = new Pool({ connectionString: server.url, max: CONNECTIONS });
      await raw.query('CREATE TABLE hot AS SELECT 0 AS value');
      const ours = await postgresPool(server.url, { min: CONNECTIONS, max: CONNECTIONS });
      return {
        raw,
        ours,
        teardown: async () => {
          await ours.drain(1_000);
          await raw.end();
          await server.stop();
        },
      };
    },
    measure: async ({ context: { raw, ours } }) => {
      const plain = await lostPercent(callers, () => plainLoop(raw));
      const options = { isolation: 'serializable', retrySerialization: true };
      return (await lostPercent(callers, () => ours.transaction(increment, options))) - plain;
    },
  });

export const retryRows = [5, 10, 20].map(givenUp);
