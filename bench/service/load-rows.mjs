// The load generator of benchmarks against servers whose latencies are known from theory.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { built } from '../lib/built.mjs';
import { absolute } from '../lib/rows.mjs';

const SERVER = join(import.meta.dirname, '..', '..', 'test', 'support', 'queue-server.mjs');
const CONNECTIONS = 64;
const SEED = 7;
/** Of the queues, ms: long beside what HTTP itself takes. */
const SERVICE_MS = 5;
const QUEUE_SECONDS = 20;

const { generateLoad } = built('benchmark/load/load-generator');
const { arrivalTimes } = built('benchmark/load/arrivals');
const { FineHistogram } = built('benchmark/load/fine-histogram');
const { invalidReason } = built('benchmark/load/load-verdict');

/** Offers the load to a server of that kind, and answers its figures. */
async function offer(server, arrivals, seconds) {
  const child = fork(SERVER, [JSON.stringify(server)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    const [port] = await once(child.stdout, 'data');
    const figures = await generateLoad(
      {
        origin: `http://127.0.0.1:${String(port).trim()}`,
        requests: [{ method: 'GET', path: '/', headers: {}, weight: 1 }],
        arrivals: { seed: SEED, ...arrivals },
        warmUpMs: 0,
        durationMs: seconds * 1_000,
        timeoutMs: 30_000,
        connections: CONNECTIONS,
        seed: SEED,
      },
      { signal: new AbortController().signal },
    );
    const invalid = invalidReason(figures);
    if (invalid !== undefined) process.stderr.write(`${invalid}\n`);
    return { figures, latency: FineHistogram.from(figures.latency) };
  } finally {
    child.kill();
  }
}

/** As the queue server draws them. */
function* serviceTimes(service) {
  let state = SEED;
  for (;;) {
    if (service === 'constant') yield SERVICE_MS;
    else {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      yield -Math.log((state + 0.5) / 2_147_483_648) * SERVICE_MS;
    }
  }
}

/** The mean sojourn of exactly these arrivals and service times, by Lindley's recursion: no error of sampling is left. */
function meanSojournMs(service, perSecond) {
  const services = serviceTimes(service);
  for (let warmed = 0; warmed < CONNECTIONS; warmed++) services.next();
  let [freeAtMs, sum, count] = [0, 0, 0];
  for (const ms of arrivalTimes({ kind: 'poisson', perSecond, seed: SEED })) {
    if (ms >= QUEUE_SECONDS * 1_000) return sum / count;
    freeAtMs = Math.max(freeAtMs, ms) + services.next().value;
    sum += freeAtMs - ms;
    count++;
  }
}

const queueRow = (name, service, load) =>
  absolute({
    id: `load-${name}-${load * 100}`,
    title: `mean sojourn in a queue (${name}) at a load of ${load * 100} %, apart from that of theory`,
    target: { atMost: 0.05 },
    rounds: 3,
    measure: async () => {
      const perSecond = (load * 1_000) / SERVICE_MS;
      const server = { kind: 'queue', service, meanMs: SERVICE_MS, seed: SEED };
      const { latency } = await offer(server, { kind: 'poisson', perSecond }, QUEUE_SECONDS);
      return Math.abs(latency.meanMs / meanSojournMs(service, perSecond) - 1);
    },
  });

const stalling = () => offer({ kind: 'stall', everyMs: 2_000, stallMs: 200 }, { kind: 'constant', perSecond: 100 }, 20);
/** Each within the bounds that follow from a stall of 200 ms every 2 s, at 100 requests a second; 0: it is. */
const outside = (value, from, to) => Math.max(0, from - value, value - to);

export const loadRows = [
  absolute({
    id: 'load-stall-ms',
    title:
      'a stall of 200 ms every 2 s: p50 ≤ 2, p99 170 – 200, p99.9 195 – 210, mean 11.5 ± 2; the most that one is off',
    unit: 'ms',
    target: { atMost: 0 },
    rounds: 3,
    measure: async () => {
      const { latency } = await stalling();
      return Math.max(
        outside(latency.quantileMs(0.5), 0, 2),
        outside(latency.quantileMs(0.99), 170, 200),
        outside(latency.quantileMs(0.999), 195, 210),
        outside(latency.meanMs, 9.5, 13.5),
      );
    },
  }),
  ...[0.5, 0.7, 0.9].flatMap((load) => [queueRow('mm1', 'exponential', load), queueRow('md1', 'constant', load)]),
  absolute({
    id: 'load-rate-5000',
    title: '5,000 requests a second for 5 s: how far the rate of answers is from it',
    target: { atMost: 0.01 },
    rounds: 3,
    measure: async () => {
      const { figures } = await offer(
        { kind: 'queue', service: 'constant', meanMs: 0 },
        { kind: 'constant', perSecond: 5_000 },
        5,
      );
      return Math.abs((figures.statuses[200] ?? 0) / figures.durationMs / 5 - 1);
    },
  }),
];
