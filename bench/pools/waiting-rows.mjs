import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { absolute } from '../lib/rows.mjs';
import { startPostgres } from '../lib/servers.mjs';
import { httpPool } from './managed-pools.mjs';
import { postgresPool } from './postgres-pool.mjs';
import { startUpstreams } from './upstreams.mjs';

const WAITERS = 10_000;
const RESOLUTION_MS = 5;
/** So many arrive in one turn of the event loop. */
const BURST = 200;
const REFUSALS = 500;
const QUEUE = 1_000;
const FOREVER = { acquireTimeoutMs: 60_000 };

/**
 * How long (ms) a full queue takes to refuse, a turn of the event loop between each two: the 99th percentile, since the
 * slowest of all is the one during which the operating system ran another process.
 */
async function p99Refusal(ask) {
  const took = [];
  for (let index = 0; index < REFUSALS; index++) {
    const began = performance.now();
    const code = await ask().then(
      () => 'served',
      (error) => error.code,
    );
    took.push(performance.now() - began);
    if (code !== 'POOL_QUEUE_FULL') throw new Error(`a full queue answered ${code}`);
    await turn();
  }
  return took.toSorted((a, b) => a - b)[Math.ceil(REFUSALS * 0.99) - 1];
}

/** The 99th percentile (ms) of the delay of the event loop while everybody queues, waits and is served. */
async function loopDelayWhile(pool, ask, serve) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const all = [];
  for (let index = 0; index < WAITERS; index++) {
    all.push(ask());
    if (index % BURST === BURST - 1) await turn();
  }
  const { waiting } = pool.stats();
  if (waiting < WAITERS * 0.9) throw new Error(`only ${waiting} of ${WAITERS} wait at the same time`);
  serve?.();
  await Promise.all(all);
  delay.disable();
  return delay.percentile(99) / 1e6 - RESOLUTION_MS;
}

const ofPostgres = {
  setup: async () => {
    const server = await startPostgres();
    return { server, teardown: () => server.stop() };
  },
};
const ofHttp = {
  setup: async () => {
    const upstreams = await startUpstreams();
    return { upstreams, teardown: () => upstreams.stop() };
  },
};

const pgRefusal = absolute({
  ...ofPostgres,
  id: 'queue-full-refusal-ms',
  title: `p99 of ${REFUSALS} refusals by a full queue of ${QUEUE}, PostgreSQL`,
  unit: 'ms',
  target: { atMost: 5 },
  precision: 0,
  measure: async ({ context: { server } }) => {
    const pool = await postgresPool(server.url, { min: 1, max: 1 }, { maxWaiting: QUEUE, ...FOREVER });
    const lease = await pool.acquire();
    const waiting = Array.from({ length: QUEUE }, () => pool.query('SELECT 1'));
    const refusalMs = await p99Refusal(() => pool.query('SELECT 1'));
    lease.release();
    await Promise.all(waiting);
    await pool.drain(1_000);
    return refusalMs;
  },
});

const httpRefusal = absolute({
  ...ofHttp,
  id: 'queue-full-refusal-http-ms',
  title: `p99 of ${REFUSALS} refusals by a full queue of ${QUEUE}, HTTP`,
  unit: 'ms',
  target: { atMost: 5 },
  precision: 0,
  measure: async ({ context: { upstreams } }) => {
    const pool = await httpPool({}, { maxConnections: 1, maxWaiting: QUEUE, ...FOREVER });
    const stop = new AbortController();
    const ask = () => pool.request(upstreams.slow, { signal: stop.signal, totalTimeoutMs: 60_000 });
    const waiting = Array.from({ length: QUEUE + 1 }, () => ask().catch(() => undefined));
    // The slow one answers four times a second; each answer lets one more request in.
    const refusalMs = await p99Refusal(() => {
      while (pool.stats().waiting < QUEUE) waiting.push(ask().catch(() => undefined));
      return pool.request(upstreams.slow);
    });
    stop.abort();
    await Promise.all(waiting);
    await pool.drain(1_000);
    return refusalMs;
  },
});

const pgLoopDelay = absolute({
  ...ofPostgres,
  id: 'waiters-10k-loop-delay-p99-ms',
  title: `p99 of the event loop's delay, ${WAITERS} waiters for one connection, PostgreSQL`,
  unit: 'ms',
  target: { atMost: 50 },
  precision: 0,
  measure: async ({ context: { server } }) => {
    const pool = await postgresPool(server.url, { min: 1, max: 1 }, { maxWaiting: WAITERS, ...FOREVER });
    const lease = await pool.acquire();
    const delayMs = await loopDelayWhile(
      pool,
      () => pool.query('SELECT 1'),
      () => lease.release(),
    );
    await pool.drain(1_000);
    return delayMs;
  },
});

/** The first asks the slow upstream, so that the only connection is taken until the others have queued. */
const httpLoopDelay = absolute({
  ...ofHttp,
  id: 'waiters-10k-loop-delay-p99-http-ms',
  title: `p99 of the event loop's delay, ${WAITERS} waiters for one connection, HTTP`,
  unit: 'ms',
  target: { atMost: 50 },
  precision: 0,
  measure: async ({ context: { upstreams } }) => {
    const pool = await httpPool({}, { maxConnections: 1, maxWaiting: WAITERS, ...FOREVER });
    const first = pool.request(upstreams.slow);
    const delayMs = await loopDelayWhile(pool, () => pool.request(upstreams.good, { totalTimeoutMs: 60_000 }));
    await first;
    await pool.drain(1_000);
    return delayMs;
  },
});

export const waitingRows = [pgRefusal, httpRefusal, pgLoopDelay, httpLoopDelay];
