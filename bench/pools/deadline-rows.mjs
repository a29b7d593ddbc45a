import { once } from 'node:events';
import { createServer } from 'node:net';
import { absolute } from '../lib/rows.mjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startPostgres, startRedis } from '../lib/servers.mjs';
import { httpPool, redisPool } from './managed-pools.mjs';
import { postgresPool } from './postgres-pool.mjs';

const TIMEOUT_MS = 500;
const CALLERS = 20;

/** By how much (ms) the call that was worst missed its deadline, either way. */
async function worstDeviation(calls) {
  const began = performance.now();
  const endings = await Promise.all(calls.map((call) => call.then(succeeded, () => performance.now() - began)));
  return Math.max(...endings.map((ms) => Math.abs(ms - TIMEOUT_MS)));
}

const succeeded = () => {
  throw new Error('a call succeeded that could not');
};

/** Accepts connections and never says anything. */
async function startSilent() {
  const sockets = new Set();
  const server = createServer((socket) => sockets.add(socket.on('error', () => socket.destroy()))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const stop = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

/** Twice as many callers as connections: one half waits for an answer, the other half for a connection. */
const httpDeadline = absolute({
  id: 'http-deadline',
  title: 'worst deviation from the total deadline, silent server, half of the callers queueing',
  unit: 'ms',
  target: { atMost: 50 },
  rounds: 8,
  precision: 0,
  setup: async () => {
    const silent = await startSilent();
    return { url: silent.url, teardown: silent.stop };
  },
  measure: async ({ context: { url } }) => {
    const pool = await httpPool({}, { maxConnections: CALLERS / 2 });
    const ask = () => pool.request(url, { retry: false, totalTimeoutMs: TIMEOUT_MS });
    const worstMs = await worstDeviation(Array.from({ length: CALLERS }, ask));
    await pool.drain(0);
    return worstMs;
  },
});

const redisDeadline = absolute({
  id: 'redis-deadline',
  title: 'worst deviation from the deadline of a command, frozen server',
  unit: 'ms',
  target: { atMost: 50 },
  rounds: 8,
  precision: 0,
  setup: async () => {
    const server = await startRedis();
    return { server, teardown: () => server.stop() };
  },
  measure: async ({ context: { server } }) => {
    const pool = await redisPool(server.url, { commandTimeoutMs: TIMEOUT_MS });
    process.kill(server.pid, 'SIGSTOP');
    try {
      return await worstDeviation(Array.from({ length: CALLERS }, () => pool.client.incr('counter')));
    } finally {
      process.kill(server.pid, 'SIGCONT');
      await pool.drain(1_000);
    }
  },
});

/** Until the last backend is idle, as seen from outside, from the moment the callers' time was up. */
const pgCancel = absolute({
  id: 'pg-cancel-ms',
  title: `until ${CALLERS} backends are idle after the timeout of their statements`,
  unit: 'ms',
  target: { atMost: 1_000 },
  rounds: 8,
  precision: 0,
  setup: async () => {
    const server = await startPostgres();
    const observer = new Client({ connectionString: server.url });
    await observer.connect();
    const pool = await postgresPool(server.url, { min: CALLERS, max: CALLERS });
    return {
      pool,
      observer,
      teardown: async () => {
        await pool.drain(1_000);
        await observer.end();
        await server.stop();
      },
    };
  },
  measure: async ({ context: { pool, observer } }) => {
    const running = async () => {
      const { rows } = await observer.query(`SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'`);
      return rows[0].count;
    };
    const began = performance.now();
    const calls = Array.from({ length: CALLERS }, () =>
      pool.query('SELECT pg_sleep(30)', [], { timeoutMs: TIMEOUT_MS }).then(succeeded, () => undefined),
    );
    await sleep(TIMEOUT_MS / 2);
    const atWork = await running();
    if (atWork !== CALLERS) throw new Error(`${atWork} of ${CALLERS} statements run`);
    await Promise.all(calls);
    while ((await running()) > 0) await sleep(1);
    return performance.now() - began - TIMEOUT_MS;
  },
});

export const deadlineRows = [httpDeadline, redisDeadline, pgCancel];
