import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { built } from '../lib/built.mjs';
import { absolute } from '../lib/rows.mjs';

const SERIES = 10_000;
const METRICS = 100;
const RULES = 1_000;
const GROUPS = 10;
const INTERVAL_MS = 10_000;
const TICKS = 30;
const BACKTESTED = 200;
const DAY_STEPS = 8_640;
const BACKTEST_SERIES = 1_000;

/** One rule in twenty fires for all of its hundred series; the others compare, add up or record. */
const groups = Array.from({ length: GROUPS }, (unused, group) => ({
  name: `g${group}`,
  interval: '5s',
  rules: Array.from({ length: RULES / GROUPS }, (_, at) => {
    const metric = `load_${(group * 10 + at) % METRICS}_total`;
    const labels = { severity: 'page' };
    const annotations = { summary: '{{ $labels.i }} is at {{ $value | humanize }}' };
    if (at % 4 === 3) return { record: `job:${metric}:sum${at}`, expr: `sum by (job) (rate(${metric}[1m]))` };
    if (at % 20 === 0) return { alert: `A${at}`, expr: `${metric} > 0`, labels, annotations };
    if (at % 4 === 1) return { alert: `A${at}`, expr: `rate(${metric}[1m]) > 1e9`, for: '5m', labels, annotations };
    return { alert: `A${at}`, expr: `${metric} > 1e12`, labels, annotations };
  }),
}));

export const rulesRows = [
  absolute({
    id: 'rules-1000',
    title: `an evaluation of ${RULES} rules over ${SERIES} series, CPU time of a real Prometheus`,
    unit: '×',
    target: { atMost: 1.5 },
    rounds: 5,
    setup: async () => ({ ...(await rules()), prometheusMs: await prometheusMs() }),
    measure: async ({ context }) => (await evaluated(context)).totalMs / context.prometheusMs,
  }),
  absolute({
    id: 'rules-hold-ms',
    title: `longest hold of the loop by an evaluation of ${RULES} rules over ${SERIES} series`,
    unit: 'ms',
    target: { atMost: 20 },
    rounds: 5,
    setup: rules,
    measure: async ({ context }) => (await evaluated(context)).holdMs,
  }),
  absolute({
    id: 'rules-backtest-s',
    title: `CPU time of ${BACKTESTED} rules tried over 24 hours of ${BACKTEST_SERIES} series`,
    unit: 's',
    target: { atMost: 10 },
    rounds: 3,
    setup: history,
    measure: async ({ context }) => (await backtest(context)).totalMs / 1_000,
  }),
  absolute({
    id: 'rules-backtest-hold-ms',
    title: `longest hold of the loop by ${BACKTESTED} rules tried over 24 hours`,
    unit: 'ms',
    target: { atMost: 20 },
    rounds: 3,
    setup: history,
    measure: async ({ context }) => (await backtest(context)).holdMs,
  }),
];

/** Two hundred rules as one would write them: ratios and rates that sometimes hold, for some of their series. */
const backtested = {
  name: 'tried',
  interval: '10s',
  rules: Array.from({ length: BACKTESTED }, (_, at) => {
    const metric = `load_${at % METRICS}_total`;
    if (at % 10 === 0) return { record: `job:load:rate${at}`, expr: `sum by (job) (rate(${metric}[5m]))` };
    if (at % 10 === 8)
      return { alert: `A${at}`, expr: `avg_over_time(${metric}[5m]) > ${1_500 + (at % METRICS)}`, for: '5m' };
    if (at % 10 === 7) return { alert: `A${at}`, expr: `job:load:rate0 > ${at}` };
    return { alert: `A${at}`, expr: `${metric} > ${1_700 + (at % METRICS)}`, labels: { severity: 'page' } };
  }),
};

async function history() {
  const { CompressedSeriesStore } = built('monitoring/series/compressed-series-store');
  const { Labels } = built('monitoring/series/labels');
  const { ManualClock } = built('testing/manual-clock');
  const { RuleBacktests } = built('alerting/rule-backtests');
  const { parseAlertmanagerConfig } = built('alerting/notifications/config/alertmanager-config');
  const { configFromTargets } = built('alerting/notifications/config/config-from-targets');
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const limits = { retentionMs: 2 * 86_400_000, memoryLimitBytes: 2 ** 29, maxSeriesPerKind: 1e6 };
  const store = new CompressedSeriesStore(limits, clock);
  const refs = Array.from({ length: BACKTEST_SERIES }, (_, at) => store.open(Labels.from(labelsOf(at)), 'counter'));
  for (let step = 0; step < DAY_STEPS; step++) {
    clock.advance(INTERVAL_MS);
    store.beginTick(clock.now());
    for (const [at, ref] of refs.entries()) store.append(ref, clock.now(), (clock.now() / 1_000) % (1_000 + at));
    store.enforceLimits();
  }
  const config = parseAlertmanagerConfig(configFromTargets({ webhookUrl: 'http://hook.example.org' }));
  const now = { now: () => clock.now(), monotonic: () => performance.now() };
  return new RuleBacktests({ intervalMs: INTERVAL_MS }, now, store, { core: { config }, externalUrl: '' });
}

async function backtest(backtests) {
  const { holdMs, totalMs, result } = await held(() => backtests.run(backtested));
  const { rules: tried, grid } = result;
  const failed = tried.find(({ lastError }) => lastError !== undefined);
  if (failed !== undefined) throw new Error(`${failed.rule.name}: ${failed.lastError}`);
  if (grid.steps !== DAY_STEPS || !tried.some(({ episodes }) => episodes.length > 0)) throw new Error('nothing fires');
  return { holdMs, totalMs };
}

const labelsOf = (at) => ({ __name__: `load_${at % METRICS}_total`, job: `j${at % 7}`, i: String(at) });

async function rules() {
  const { CompressedSeriesStore } = built('monitoring/series/compressed-series-store');
  const { Labels } = built('monitoring/series/labels');
  const { ManualClock } = built('testing/manual-clock');
  const { PromqlEngine } = built('monitoring/promql/promql-engine');
  const { LiveRules } = built('alerting/rules/live-rules');
  const { groupsOf } = built('alerting/rules/rule-group-input');
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const limits = { retentionMs: 86_400_000, memoryLimitBytes: 2 ** 29, maxSeriesPerKind: 1e6 };
  const store = new CompressedSeriesStore(limits, clock);
  const refs = Array.from({ length: SERIES }, (_, at) => store.open(Labels.from(labelsOf(at)), 'counter'));
  const tick = () => {
    clock.advance(INTERVAL_MS);
    store.beginTick(clock.now());
    for (const [at, ref] of refs.entries()) store.append(ref, clock.now(), (clock.now() / 1_000) % (1_000 + at));
  };
  for (let count = 0; count < TICKS; count++) tick();
  let beganMs = performance.now();
  const live = new LiveRules({
    engine: new PromqlEngine(store),
    store,
    // Samples are on a clock that is moved by hand, slices on that of the machine.
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic() + Math.min(1_000, performance.now() - beganMs),
    },
    surroundings: { externalLabels: {}, externalUrl: '' },
    sampling: { intervalMs: INTERVAL_MS, lastTick: () => undefined },
    intervalMs: INTERVAL_MS,
    changed: () => undefined,
  });
  live.groups.set('bench', groupsOf(groups), clock.now());
  const context = {
    live,
    clock,
    tick: () => {
      tick();
      beganMs = performance.now();
    },
  };
  for (let warm = 0; warm < 3; warm++) await evaluated(context); // until the compiler has settled
  return context;
}

async function evaluated({ live, tick, clock }) {
  tick();
  const { holdMs, totalMs } = await held(() => live.groups.evaluateAll(clock.now(), undefined));
  const failed = live.groups.rules.find(({ health }) => health.lastError !== undefined);
  if (failed !== undefined) throw new Error(`${failed.rule.name}: ${failed.health.lastError}`);
  if (live.groups.rules.every(({ series }) => series.size === 0)) throw new Error('no rule yields anything');
  return { totalMs, holdMs };
}

/** Thread CPU time, so that other processes do not count. */
async function held(work) {
  let holdMs = 0;
  let running = true;
  let last = cpuMs();
  const watch = () => {
    const now = cpuMs();
    holdMs = Math.max(holdMs, now - last);
    last = now;
    if (running) setImmediate(watch);
  };
  const began = cpuMs();
  watch();
  const result = await work();
  running = false;
  return { result, totalMs: cpuMs() - began, holdMs };
}

const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** CPU time of a real Prometheus that does nothing else, for each evaluation of the same rules over the same series. */
async function prometheusMs() {
  const folder = mkdtempSync(join(tmpdir(), 'rules-bench-'));
  const port = await freePort();
  const nowMs = Math.floor(Date.now() / 1_000) * 1_000;
  const lines = [];
  for (let at = 0; at < SERIES; at++) {
    const { __name__, ...labels } = labelsOf(at);
    const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    for (let step = TICKS; step >= -6; step--) {
      const seconds = (nowMs - step * INTERVAL_MS) / 1_000;
      lines.push(`${__name__}{${pairs.join(',')}} ${seconds % (1_000 + at)} ${seconds}`);
    }
  }
  const samples = join(folder, 'samples.txt');
  writeFileSync(samples, `${lines.join('\n')}\n# EOF\n`);
  const made = spawnSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', samples, join(folder, 'data')]);
  if (made.status !== 0) throw new Error(`promtool made no blocks: ${made.stderr}`);
  writeFileSync(join(folder, 'rules.json'), JSON.stringify({ groups }));
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify({ rule_files: [join(folder, 'rules.json')] }));
  const server = spawn(
    'prometheus',
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  try {
    await sleep(6_000); // until every group has been evaluated once
    const before = await figures(port);
    await sleep(20_000);
    const after = await figures(port);
    return ((after.cpuSeconds - before.cpuSeconds) * 1_000) / ((after.iterations - before.iterations) / GROUPS);
  } finally {
    server.kill('SIGKILL');
    await sleep(200);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function figures(port) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const sum = (pattern) => [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    cpuSeconds: sum(/^process_cpu_seconds_total (\S+)$/gm),
    iterations: sum(/^prometheus_rule_group_iterations_total\{[^}]*\} (\S+)$/gm),
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
