import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const STEADY_MS = 300;
const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' };

/**
 * Restarts the server under load and answers by how much (ms) the longest time without an answer exceeds the outage, as
 * seen by an observer that opens a new connection again and again.
 */
export async function gapBeyondOutage({ server, url }, pool, mode, concurrency) {
  const stop = new AbortController();
  const answers = longestGap();
  const callers = Array.from({ length: concurrency }, async () => {
    while (!stop.signal.aborted) {
      await pool.query('SELECT 1').then(answers.note, () => sleep(1));
    }
  });
  const outages = longestGap();
  const observer = (async () => {
    while (!stop.signal.aborted) {
      await connects(url).then(outages.note, () => undefined);
      await sleep(5);
    }
  })();
  await sleep(STEADY_MS);
  const { pid } = server;
  process.kill(pid, SIGNALS[mode]);
  await server.stop();
  await server.start();
  await sleep(STEADY_MS * 2);
  stop.abort();
  await Promise.all([...callers, observer]);
  return answers.longestMs() - outages.longestMs();
}

async function connects(url) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  await client.connect();
  const ended = once(client, 'end');
  await Promise.all([client.end(), ended]);
}

function longestGap() {
  let last = performance.now();
  let longest = 0;
  const note = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  return { note, longestMs: () => longest };
}
