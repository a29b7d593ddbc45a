// Runs every example of the README against a freshly started service and writes the answers below the commands.
// npm run docs:examples (about a minute: it starts the service, waits for samples and runs a benchmark)
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildIfStale, entry } from './build-if-stale.mjs';

const BASE = 'http://localhost:5057';
const JSON_BODY = `-H 'Content-Type: application/json' -d`;
const url = (path) => (/[?&]/.test(path) ? `'${BASE}${path}'` : `${BASE}${path}`);
const get = (path, options = '') => `curl -s -H "Authorization: Bearer $TOKEN" ${options}${url(path)}`;
const post = (path, body, method = 'POST') => get(path, `-X ${method} ${JSON_BODY} '${JSON.stringify(body)}' `);

/** What each example shows, its command and how the answer is shortened: lines of text, or keys and items of JSON. */
const EXAMPLES = [
  ['Where to go; a browser is sent to the dashboard', `curl -s ${BASE}`],
  ['The service at a glance', get('/performance')],
  ['How each part is', get('/performance/health')],
  ['Figures of the dashboard; a browser gets the page', get('/performance/dashboard')],
  ['The cache: hits, loads and memory of every namespace', get('/performance/cache')],
  ['What the cache holds', get('/performance/cache/entries?prefix=product&limit=2')],
  ['Invalidate by keys, tags, prefix, or everything', post('/performance/cache/invalidate', { tags: ['products'] })],
  ['Run the warmers', post('/performance/cache/warm', {})],
  ['Every pool', get('/performance/pools')],
  ['Change the limits of a pool while it runs', post('/performance/pools/postgres', { min: 2, max: 10 }, 'PATCH')],
  [
    'What each statement to PostgreSQL costs, without its values',
    get('/performance/pools/postgres/statements?sort=calls&limit=1'),
  ],
  ['The catalogue of metrics', get('/performance/metrics')],
  ['The same for Prometheus', get('/metrics'), { lines: 6 }],
  [
    'A metric of your own, from outside',
    post('/performance/metrics', { name: 'orders_total', kind: 'counter', help: 'Orders taken', labels: ['shop'] }),
  ],
  ['… and its samples', post('/performance/metrics/orders_total/samples', { value: 3, labels: { shop: 'north' } })],
  [
    'Metrics with their own times',
    `printf 'room_temperature_celsius{room="1"} 21.5 %s\\n' $(date +%s000) | ${get('/performance/metrics/import', `-H 'Content-Type: text/plain; version=0.0.4' --data-binary @- `)}`,
  ],
  [
    'PromQL, as Prometheus answers it (Grafana: a Prometheus data source at `http://localhost:5057/performance/prometheus`, basic authentication with any user and the token as password)',
    get(
      '/performance/prometheus/api/v1/query',
      `-G --data-urlencode 'query=sum by (db_client_connection_pool_name) (db_client_connections)' `,
    ),
    { depth: 6 },
  ],
  ['Alerts, and what became of them at `/performance/alerts/history`', get('/performance/alerts')],
  [
    'What the cache gains on this machine: 50,000 reads without and with it',
    post('/performance/benchmark?wait=true', { scenario: 'cached-read' }),
    { depth: 3 },
  ],
  ['Probes for Kubernetes: `/livez`, `/readyz`, `/startupz`', `curl -s ${BASE}/readyz`],
  ['… with every dependency, for those who have a token', get('/readyz?verbose')],
  ['The API description; a page at `/docs`', `curl -s ${BASE}/docs-json`, { depth: 2 }],
];
const ERROR_EXAMPLE = post('/performance/pools/postgres', { max: 0, colour: 'red' }, 'PATCH');

buildIfStale();
const dataDir = mkdtempSync(join(tmpdir(), 'examples-'));
const { TOKEN: _token, ...inherited } = process.env;
const service = spawn(process.execPath, [entry], {
  env: { ...inherited, PORT: '5057', DATA_DIR: dataDir, METRICS_SAMPLE_INTERVAL_SECONDS: '1' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let log = '';
service.stdout.on('data', (chunk) => (log += chunk));

try {
  await ready();
  await sleep(5_000); // some ticks, so that there is something to ask for
  const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
  const started = log.split('\n').filter((line) => line.includes('[Start]'));
  const shown = started.join('\n').replaceAll(dataDir, './.data');
  let readme = readFileSync(readmeFile(), 'utf8');
  readme = between(readme, 'start', `\`\`\`\n${shown}\n\`\`\``);
  readme = between(
    readme,
    'endpoints',
    EXAMPLES.map(([title, ...rest]) => `${title}:\n\n${block(token, ...rest)}`).join('\n\n'),
  );
  readme = between(readme, 'error', block(token, ERROR_EXAMPLE));
  writeFileSync(readmeFile(), readme);
} finally {
  service.kill('SIGTERM');
  await new Promise((resolve) => service.once('exit', resolve));
  rmSync(dataDir, { recursive: true, force: true });
}

function readmeFile() {
  return fileURLToPath(new URL('../README.md', import.meta.url));
}

async function ready() {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (service.exitCode !== null) throw new Error('the service did not start');
    if (
      await fetch(`${BASE}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  throw new Error('the service was not ready within 30 s');
}

/** The command and, below it, what it printed, shortened. */
function block(token, command, { lines, depth = 4 } = {}) {
  const output = execFileSync('bash', ['-c', command], { env: { ...process.env, TOKEN: token }, encoding: 'utf8' });
  const shown =
    lines === undefined ? compact(JSON.parse(output), depth) : [...output.split('\n').slice(0, lines), '…'].join('\n');
  return `\`\`\`console\n$ ${command}\n${shown}\n\`\`\``;
}

/** JSON on as few lines as fit, with `…` for what was left out. */
function compact(value, depth, indent = '') {
  const short = inline(value, depth);
  if (short.length + indent.length <= 110 || typeof value !== 'object' || value === null || depth === 0) return short;
  const next = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = Array.isArray(value)
    ? value.slice(0, 1).map((item) => compact(item, depth - 1, next))
    : Object.entries(value)
        .slice(0, 10)
        .map(([key, item]) => `${JSON.stringify(key)}: ${compact(item, depth - 1, next)}`);
  const left = (Array.isArray(value) ? value.length : Object.keys(value).length) - parts.length;
  return `${open}\n${[...parts, ...(left > 0 ? [`… ${left} more`] : [])].map((part) => next + part).join(',\n')}\n${indent}${close}`;
}

function inline(value, depth) {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(6)));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth === 0) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) return `[${value.map((item) => inline(item, depth - 1)).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inline(item, depth - 1)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function between(text, name, content) {
  const marks = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!marks.test(text)) throw new Error(`README.md has lost its <!-- ${name} --> marks`);
  return text.replace(marks, (_, open, close) => `${open}\n${content}\n\n${close}`);
}
