/** A request of one kind; `n` counts those of its kind. */
export interface KindOfRequest {
  readonly name: string;
  readonly method: string;
  readonly path: (n: number) => string;
  readonly body?: (n: number) => object | string;
  /** What it is answered with while all is well. */
  readonly answers: readonly number[];
  /** Only every so many rounds, for what takes seconds. */
  readonly everyRounds?: number;
}

const PROMQL = '/performance/prometheus/api/v1';
const get = (path: string, ...answers: number[]): KindOfRequest => ({
  name: `GET ${path.split('?', 1)[0]}`,
  method: 'GET',
  path: () => path,
  answers: answers.length === 0 ? [200] : answers,
});
const send = (
  method: string,
  path: string | ((n: number) => string),
  body: (n: number) => object | string,
  ...answers: number[]
): KindOfRequest => ({
  name: `${method} ${typeof path === 'string' ? path : path(0)}`,
  method,
  path: typeof path === 'string' ? () => path : path,
  body,
  answers: answers.length === 0 ? [200] : answers,
});

/** So many names of metrics, keys and labels take turns: what is sent does not grow. */
const NAMES = 20;

/** Every kind of request that the service answers, those that change something included. */
export const EVERY_REQUEST: readonly KindOfRequest[] = [
  get('/'),
  get('/livez'),
  get('/readyz?verbose'),
  get('/startupz'),
  get('/metrics'),
  get('/docs-json'),
  get('/nowhere', 404),
  get('/performance'),
  get('/performance/health'),
  get('/performance/dashboard'),
  get('/performance/instances'),
  get('/performance/alerts'),
  get('/performance/alerts/history'),
  get('/performance/metrics'),
  send('POST', '/performance/metrics', (n) => declared(n), 201),
  send(
    'POST',
    (n) => `/performance/metrics/steady_${n % NAMES}/samples`,
    (n) => ({ value: n, labels: { of: `label-${n % 5}` } }),
    200,
    404, // not declared yet
  ),
  {
    name: 'DELETE /performance/metrics/:name',
    method: 'DELETE',
    path: (n) => `/performance/metrics/steady_${n % NAMES}`,
    answers: [200, 404],
  },
  send('POST', '/performance/metrics/import', (n) => `steady_imported{of="${n % NAMES}"} ${n}\nbad line\n`),
  get('/performance/pools'),
  get('/performance/pools/postgres'),
  get('/performance/pools/nowhere', 404),
  send('PATCH', '/performance/pools/http', (n) => ({ max: 50 + (n % 10) })),
  send('PATCH', '/performance/pools/postgres', (n) => ({ max: 8 + (n % 3) })),
  { ...get('/performance/pools/http/limits'), name: 'DELETE /performance/pools/http/limits', method: 'DELETE' },
  get('/performance/cache'),
  get('/performance/cache/entries'),
  // A Redis that does not answer in time is said, and here it shares the machine with everything else.
  get('/performance/cache/entries?tier=redis', 200, 503),
  get('/performance/cache/entries/steady?namespace=default', 200, 404),
  {
    name: 'DELETE /performance/cache/entries/:key',
    method: 'DELETE',
    path: (n) => `/performance/cache/entries/steady-${n % NAMES}?namespace=default`,
    answers: [200, 404],
  },
  send('POST', '/performance/cache/invalidate', (n) => ({ keys: [`steady-${n % NAMES}`] })),
  send('POST', '/performance/cache/invalidate', (n) => ({ tags: [`steady-${n % NAMES}`] })),
  send('POST', '/performance/cache/invalidate', () => ({ prefix: 'steady' })),
  send('POST', '/performance/cache/warm', () => ({}), 202),
  get('/performance/benchmark'),
  {
    ...send(
      'POST',
      '/performance/benchmark?wait=true',
      () => ({ scenario: 'cached-read', parameters: { rows: 1_000, reads: 2_000 } }),
      200,
      202,
      409,
    ),
    everyRounds: 20,
  },
  get(
    `${PROMQL}/query?query=${encodeURIComponent('sum by (http_route) (rate(http_server_request_duration_seconds_count[1m]))')}`,
  ),
  get(`${PROMQL}/query?query=${encodeURIComponent('sum(')}`, 400),
  {
    name: 'GET query_range',
    method: 'GET',
    path: () => {
      const end = Math.floor(Date.now() / 1_000);
      return `${PROMQL}/query_range?query=${encodeURIComponent('process_resident_memory_bytes')}&start=${end - 600}&end=${end}&step=5`;
    },
    answers: [200],
  },
  get(`${PROMQL}/series?match[]=process_open_fds`),
  get(`${PROMQL}/labels`),
  get(`${PROMQL}/label/http_route/values`),
  get(`${PROMQL}/metadata`),
  get(`${PROMQL}/rules`),
  get(`${PROMQL}/alerts`),
  get(`${PROMQL}/targets`),
  get(`${PROMQL}/status/tsdb`),
  get(`${PROMQL}/format_query?query=up`),
  get(`${PROMQL}/query_exemplars?query=up`),
  get('/performance/prometheus/federate?match[]=process_open_fds'),
];

function declared(n: number): object {
  return { name: `steady_${n % NAMES}`, kind: 'gauge', help: 'Of a steady load', labels: ['of'] };
}
