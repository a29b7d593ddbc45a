// Charts over the service's own history, each one PromQL expression; their data comes from api.js.
import { range } from './api.js';

const COLOURS = ['#3b82f6', '#f59e0b', '#10b981', '#ef4444', '#8b5cf6', '#64748b'];
const HEIGHT = 170;

const percent = (v) => `${(v * 100).toFixed(v < 0.1 ? 1 : 0)} %`;
const megabytes = (v) => `${(v / 1_048_576).toFixed(0)} MB`;
const milliseconds = (v) => `${(v * 1000).toFixed(v < 0.01 ? 2 : 0)} ms`;
const perSecond = (v) => `${v < 1 ? Number(v.toPrecision(2)) : v.toFixed(v < 10 ? 1 : 0)}/s`;

const CHARTS = [
  {
    title: 'CPU',
    // The machine's or, under a limit, the container's: what the alerts judge.
    query:
      'label_replace(process_cpu_utilization_ratio, "of", "process", "", "") or ' +
      'label_replace(container_cpu_utilization_ratio, "of", "container", "", "") or ' +
      'label_replace(system_cpu_utilization_ratio, "of", "machine", "", "")',
    name: (m) => m.of,
    format: percent,
  },
  { title: 'Memory', query: 'process_resident_memory_bytes', name: () => 'resident', format: megabytes },
  {
    title: 'Requests',
    query:
      'sum by (class) (label_replace(rate(http_server_request_duration_seconds_count[1m]), ' +
      '"class", "${1}xx", "http_response_status_code", "(.).*"))',
    name: (m) => m.class ?? 'aborted',
    format: perSecond,
  },
  {
    title: 'Request time, p95',
    query: 'histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket[5m])))',
    name: () => 'p95',
    format: milliseconds,
  },
  {
    title: 'Event-loop delay, p99',
    query: 'nodejs_eventloop_delay_p99_seconds',
    name: () => 'p99',
    format: milliseconds,
  },
  {
    title: 'Cache hit rate',
    query: 'sum by (tier) (rate(cache_gets_total{result="hit"}[5m])) / sum by (tier) (rate(cache_gets_total[5m]))',
    name: (m) => m.tier,
    format: percent,
  },
];

/** One card per chart below `parent`; `draw(seconds)` fetches and shows all of them. */
export function createCharts(parent) {
  const charts = CHARTS.map((chart) => ({ chart, body: createBody(parent, chart.title), plot: undefined, shape: '' }));
  return { draw: (seconds) => Promise.all(charts.map((card) => drawOne(card, seconds))) };
}

function createBody(parent, title) {
  const card = document.createElement('div');
  card.className = 'chart';
  const heading = document.createElement('h3');
  heading.textContent = title;
  const body = document.createElement('div');
  card.append(heading, body);
  parent.append(card);
  return body;
}

async function drawOne(card, seconds) {
  const { names, columns } = await range(card.chart.query, seconds, card.chart.name);
  const shape = names.join();
  if (names.length === 0) {
    card.plot?.destroy();
    card.plot = undefined;
    card.body.textContent = 'nothing measured in this range yet';
  } else if (card.plot && card.shape === shape) {
    card.plot.setData(columns);
  } else {
    card.plot?.destroy();
    card.body.textContent = '';
    card.plot = new uPlot(optionsOf(card, names), columns, card.body);
  }
  card.shape = shape;
}

function optionsOf({ chart: { format }, body }, names) {
  const ink = getComputedStyle(document.body).getPropertyValue('--quiet');
  const axis = { stroke: ink, grid: { stroke: `${ink}33`, width: 1 }, ticks: { show: false } };
  return {
    width: body.clientWidth,
    height: HEIGHT,
    scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [axis, { ...axis, size: 62, values: (_plot, ticks) => ticks.map(format) }],
    series: [
      {},
      ...names.map((label, i) => ({
        label,
        stroke: COLOURS[i % COLOURS.length],
        width: 1.5,
        value: (_plot, v) => (v === null || v === undefined ? '–' : format(v)),
      })),
    ],
  };
}
