import { built } from '../lib/built.mjs';
import { absolute } from '../lib/rows.mjs';
import { seriesLoad } from './series-load.mjs';

const SERIES = 10_000;
const INTERVAL_MS = 10_000;
const TICKS = 360; // an hour
const START_MS = Date.UTC(2026, 0, 1);
const END_MS = START_MS + TICKS * INTERVAL_MS;
const QUERIES = [
  '{__name__=~"load_.+"}',
  'sum by (__name__) (rate({__name__=~"load_.+_total"}[5m]))',
  'topk(10, {__name__=~"load_.+"})',
  'sort_desc({__name__=~"load_.+"})',
  'quantile by (__name__) (0.9, {__name__=~"load_.+"})',
  '{__name__=~"load_.+"} / on (series) group_left () {__name__=~"load_.+"}',
  'label_replace({__name__=~"load_.+"}, "x", "$1", "series", "(.).*")',
];

/** What may hold the event loop for how long; thread CPU time, so that other processes do not count. */
export const holdRows = [
  absolute({
    id: 'promql-hold-ms',
    title: `longest hold of the loop by range queries over ${SERIES} series, the worst of ${QUERIES.length}`,
    unit: 'ms',
    target: { atMost: 20 },
    rounds: 5,
    setup: queryEngine,
    measure: ({ context }) => longestHold(context),
  }),
  absolute({
    id: 'system-sample-ms',
    title: 'one sample of machine and container, median of 200',
    unit: 'ms',
    target: { atMost: 1 },
    rounds: 10,
    measure: systemSample,
  }),
];

async function queryEngine() {
  const { CompressedSeriesStore } = built('monitoring/series/compressed-series-store');
  const { Labels } = built('monitoring/series/labels');
  const { ManualClock } = built('testing/manual-clock');
  const { PromqlEngine } = built('monitoring/promql/promql-engine');
  const clock = new ManualClock(START_MS);
  const limits = {
    retentionMs: 86_400_000,
    memoryLimitBytes: 2 ** 28,
    maxSeriesPerKind: SERIES,
  };
  const store = new CompressedSeriesStore(limits, clock);
  const load = [...seriesLoad(SERIES)];
  const refs = load.map(({ name, labels, type }) => store.open(Labels.from({ __name__: name, ...labels }), type));
  for (let tick = 0; tick < TICKS; tick++) {
    clock.advance(INTERVAL_MS);
    store.beginTick(clock.now());
    for (let i = 0; i < SERIES; i++) store.append(refs[i], clock.now(), load[i].next());
  }
  const engine = new PromqlEngine(store, { maxSeries: 1e6 });
  for (const query of QUERIES) await consume(engine, query); // until the compiler has settled
  return { engine };
}

async function longestHold({ engine }) {
  let longest = 0;
  let last = cpuMs();
  let running = true;
  const watch = () => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(watch);
  };
  for (const query of QUERIES) {
    last = cpuMs();
    running = true;
    watch();
    await consume(engine, query);
    running = false;
  }
  return longest;
}

async function consume(engine, query) {
  const { writeResult } = built('monitoring/promql/format/result-writer');
  const result = await engine.range(query, END_MS - 3_600_000, END_MS, 60_000);
  for await (const piece of writeResult(result, 'range')) if (piece.length === 0) throw new Error('an empty piece');
}

function systemSample() {
  const { LinuxSystem } = built('monitoring/collectors/system/linux-system');
  const { locateCgroup } = built('monitoring/collectors/system/cgroup/cgroup-locator');
  const { SmallFileReader } = built('monitoring/collectors/system/small-file-reader');
  const files = new SmallFileReader('/');
  const system = new LinuxSystem(files);
  const container = locateCgroup(files);
  const durations = Array.from({ length: 200 }, () => {
    const startedAt = performance.now();
    system.sample();
    container?.sample();
    return performance.now() - startedAt;
  });
  return durations.toSorted((a, b) => a - b)[100];
}

const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};
