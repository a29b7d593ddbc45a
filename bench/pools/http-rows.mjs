import { BalancedPool, Pool } from 'undici';
import { concurrently } from '../lib/concurrently.mjs';
import { absolute, comparison } from '../lib/rows.mjs';
import { httpPool } from './managed-pools.mjs';
import { startUpstreams } from './upstreams.mjs';

const CONCURRENCY = 20;
const ROUND_MS = 2_000;
const GOOD_ROUND_MS = 700;

const httpGet = comparison({
  id: 'http-get',
  title: `GET of a small JSON body, ${CONCURRENCY} callers, of undici's own Pool`,
  measures: 'throughput',
  target: { atLeast: 0.93 },
  setup: async () => {
    const upstreams = await startUpstreams();
    const theirs = new Pool(upstreams.good, { connections: CONCURRENCY, pipelining: 1 });
    const ours = await httpPool({ api: [upstreams.good] }, { maxConnectionsPerOrigin: CONCURRENCY });
    return {
      base: (operations) =>
        concurrently(CONCURRENCY, operations, async () => {
          const { body } = await theirs.request({ method: 'GET', path: '/items' });
          await body.text();
        }),
      subject: (operations) =>
        concurrently(CONCURRENCY, operations, async () => {
          const response = await ours.request('api:/items');
          response.text();
        }),
      teardown: async () => {
        await ours.drain(1_000);
        await theirs.close();
        await upstreams.stop();
      },
    };
  },
});

/** Good and bad answers within `durationMs`, of callers that ask again at once. */
async function tally(ask, durationMs) {
  const counts = { good: 0, bad: 0 };
  const until = performance.now() + durationMs;
  const caller = async () => {
    while (performance.now() < until) {
      const status = await ask().catch(() => undefined);
      if (performance.now() > until) return; // a late answer, which the next round would not wait for either
      if (status === 200) counts.good++;
      else counts.bad++;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, caller));
  return counts;
}

const askOurs = (pool) => async () => (await pool.request('api:/items')).status;
const askTheirs = (pool) => async () => {
  const { statusCode, body } = await pool.request({ method: 'GET', path: '/items' });
  await body.text();
  return statusCode;
};

/** From the first request on: what is bad about a server has to be found out by asking it. */
const upstreamsBad = absolute({
  id: 'upstreams-bad',
  title: 'bad answers of all, over two good upstreams, a slow, an all-503 and a dead one',
  unit: '%',
  target: { atMost: 1 },
  rounds: 6,
  setup: async () => {
    const upstreams = await startUpstreams();
    return { upstreams, teardown: () => upstreams.stop() };
  },
  measure: async ({ context }) => {
    const pool = await httpPool({ api: context.upstreams.mixed }, { maxConnectionsPerOrigin: CONCURRENCY });
    const { good, bad } = await tally(askOurs(pool), ROUND_MS);
    await pool.drain(1_000);
    return (100 * bad) / (good + bad);
  },
});

/** What so many good answers cost, from how many came in a fixed time: a last slow one would outweigh all others. */
const goodAnswers = (ask) => async (operations) => {
  const cpu = process.cpuUsage();
  const { good } = await tally(ask, GOOD_ROUND_MS);
  const { user, system } = process.cpuUsage(cpu);
  const share = operations / Math.max(1, good);
  return { wallNs: share * GOOD_ROUND_MS * 1e6, cpuNs: share * (user + system) * 1e3 };
};

const upstreamsGood = comparison({
  id: 'upstreams-good',
  title: "good answers in the same time over those of undici's BalancedPool, same upstreams",
  measures: 'throughput',
  target: { atLeast: 4 },
  setup: async () => {
    const upstreams = await startUpstreams();
    const theirs = new BalancedPool(upstreams.mixed, { connections: CONCURRENCY, pipelining: 1 });
    const ours = await httpPool({ api: upstreams.mixed }, { maxConnectionsPerOrigin: CONCURRENCY });
    return {
      base: goodAnswers(askTheirs(theirs)),
      subject: goodAnswers(askOurs(ours)),
      teardown: async () => {
        await ours.drain(1_000);
        await theirs.destroy();
        await upstreams.stop();
      },
    };
  },
});

export const httpRows = [httpGet, upstreamsBad, upstreamsGood];
