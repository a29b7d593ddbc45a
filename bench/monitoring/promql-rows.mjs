import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startChild } from '../lib/child.mjs';
import { comparison } from '../lib/rows.mjs';
import { freePort } from '../lib/servers.mjs';
import { comparisonData, comparisonSet, END_MS, openMetricsText } from './comparison-set.mjs';
import { seriesLoad } from './series-load.mjs';

const LOAD_SERIES = 1_000;
const LOAD_TICKS = 720;
const WIDE_SERIES = 52_000;
const WIDE_TICKS = 12;
const INTERVAL_MS = 10_000;
const READY_MS = 30_000;

/** Our queries beside Prometheus's: both over HTTP, on the same data, one query after the other. */
export const promqlRows = [
  comparison({
    id: 'promql-time',
    title: 'the whole comparison set, over HTTP, beside Prometheus 2.42',
    target: { atMost: 1.5 },
    setup: ({ quick }) => bothSides(comparisonData(), comparisonSet({ quick })),
  }),
  comparison({
    id: 'promql-dashboard-time',
    title: `a dashboard over ${LOAD_SERIES} series, 2 h in 30 s steps, beside Prometheus 2.42`,
    setup: () => bothSides(loadData(LOAD_SERIES, LOAD_TICKS), dashboard()),
  }),
  comparison({
    id: 'promql-wide-time',
    title: `counts over all of ${WIDE_SERIES} series, beside Prometheus 2.42`,
    target: { atMost: 1 },
    setup: () => bothSides(loadData(WIDE_SERIES, WIDE_TICKS), counts()),
  }),
];

async function bothSides(series, queries) {
  const prometheus = await startPrometheus(openMetricsText(series));
  const ours = await startOurs(series);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const run = (url) => async (operations) => {
    for (let operation = 0; operation < operations; operation++) {
      for (const query of queries) await ask(agent, url, query);
    }
  };
  return {
    base: run(`${prometheus.url}/api/v1`),
    subject: run(`${ours.url}/performance/prometheus/api/v1`),
    async teardown() {
      agent.destroy();
      await Promise.all([prometheus.stop(), ours.stop()]);
    },
  };
}

/** Asks one query and reads the answer to its end; a refusal is an answer too. */
async function ask(agent, url, { path, ...parameters }) {
  const body = new URLSearchParams(parameters).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };
  const sent = request(`${url}/${path}`, { agent, method: 'POST', headers });
  sent.end(body);
  const [response] = await once(sent, 'response');
  response.resume();
  await once(response, 'end');
  if (response.statusCode >= 500) throw new Error(`${response.statusCode} for ${parameters.query}`);
}

function loadData(series, ticks) {
  const beginMs = END_MS - ticks * INTERVAL_MS;
  return [...seriesLoad(series)].map(({ name, labels, next }, index) => ({
    labels: { __name__: name, job: `job-${index % 10}`, ...labels },
    samples: Array.from({ length: ticks }, (_, tick) => [beginMs + tick * INTERVAL_MS, next()]),
  }));
}

function dashboard() {
  const end = END_MS / 1_000;
  return [
    'sum by (job) (rate(load_counter_total[5m]))',
    'topk(10, rate(load_idleCounter_total[15m]))',
    'avg by (job) (load_ratio)',
    'quantile(0.9, load_latency)',
    'max_over_time(load_latency[10m])',
    'quantile_over_time(0.99, load_latency[10m])',
    'sum(load_constant) / count(load_constant)',
    'load_bytes / on (series) load_bytes offset 10m',
    'sum by (job) (increase(load_counter_total[5m])) / ignoring (x) group_left sum by (job) (load_constant)',
    'avg_over_time(sum(rate(load_counter_total[1m]))[30m:1m])',
    'stddev_over_time(load_rounded[5m]) > 0.05',
    'count by (job) ({__name__=~"load_.*"})',
    'load_intGauge',
  ].map((query) => ({ path: 'query_range', query, start: end - 7_200, end, step: 30 }));
}

function counts() {
  const queries = ['count by (__name__) ({__name__=~".+"})', 'count by (job) ({__name__=~".+"})'];
  return queries.map((query) => ({ path: 'query', query, time: END_MS / 1_000 - INTERVAL_MS / 1_000 }));
}

async function startPrometheus(text) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-prometheus-'));
  const [samples, config, data] = ['samples.txt', 'prometheus.yml', 'data'].map((name) => join(folder, name));
  await writeFile(samples, text);
  await writeFile(config, 'global: {}\n');
  await promisify(execFile)('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', samples, data]).catch((error) => {
    throw new Error('promtool is needed: run "npm run setup:test"', { cause: error });
  });
  const port = await freePort();
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, '--storage.tsdb.retention.time=99y'];
  const child = spawn('prometheus', [...flags, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const exited = once(child, 'exit');
  const deadline = performance.now() + READY_MS;
  while (!(await fetch(`${url}/-/ready`).catch(() => undefined))?.ok) {
    if (performance.now() > deadline) throw new Error('Prometheus does not become ready');
    await sleep(50);
  }
  return {
    url,
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startOurs(series) {
  const server = startChild(join(import.meta.dirname, 'promql-server.mjs'));
  const port = await server.ask({ series, nowMs: END_MS });
  return { url: `http://127.0.0.1:${port}`, stop: server.stop };
}
