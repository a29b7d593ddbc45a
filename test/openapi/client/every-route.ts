// Calls every route as a generated client does; compiled against the types that are made of the description.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/api';

const [, , baseUrl, token] = process.argv as [string, string, string, string];
const called: string[] = [];
const api = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
api.use({
  onResponse({ request, response, schemaPath }) {
    called.push(`${request.method.toLowerCase()} ${schemaPath}`);
    if (!response.ok && response.status !== 404)
      throw new Error(`${request.method} ${request.url}: ${response.status}`);
  },
});

/** As text, where the answer is none of JSON. */
const text = { parseAs: 'text' } as const;
const PROMETHEUS = '/performance/prometheus/api/v1';
const query = 'http_server_request_duration_seconds_count';
const series = { 'match[]': [query] };
const range = { query, start: String(Date.now() / 1_000 - 60), end: String(Date.now() / 1_000), step: '15' };

const ALERTMANAGER = '/performance/alertmanager/api/v2';

async function callAlertmanager(): Promise<void> {
  await api.GET(`${ALERTMANAGER}/status`);
  await api.GET(`${ALERTMANAGER}/receivers`);
  await api.POST(`${ALERTMANAGER}/alerts`, { body: [{ labels: { alertname: 'Example' } }] });
  await api.GET(`${ALERTMANAGER}/alerts`);
  await api.GET(`${ALERTMANAGER}/alerts/groups`);
  const matcher = { name: 'alertname', value: 'Example', isRegex: false, isEqual: true };
  const times = { startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 60_000).toISOString() };
  const made = await api.POST(`${ALERTMANAGER}/silences`, {
    body: { matchers: [matcher], ...times, createdBy: 'a client', comment: 'for a moment' },
  });
  await api.GET(`${ALERTMANAGER}/silences`);
  const silence = { params: { path: { silenceID: made.data?.silenceID ?? '' } } };
  await api.GET(`${ALERTMANAGER}/silence/{silenceID}`, silence);
  await api.DELETE(`${ALERTMANAGER}/silence/{silenceID}`, silence);
}

async function main(): Promise<void> {
  await api.GET('/', text);
  const overview = await api.GET('/performance');
  const status: components['schemas']['Overview']['status'] | undefined = overview.data?.status;
  if (status === undefined) throw new Error('the overview has no status');
  await api.GET('/performance/health');
  await api.GET('/performance/dashboard');
  await api.POST('/performance/session', { body: {} });
  await api.GET('/performance/session');
  await api.DELETE('/performance/session');
  await api.GET('/performance/events');
  await api.GET('/performance/instances');
  await api.GET('/performance/alerts');
  await api.GET('/performance/alerts/history');
  await api.GET('/performance/alerts/rules');
  await api.POST('/performance/alerts/rules/reload', { body: {} });
  await api.POST('/performance/alerts/rules/test', { body: { tests: 'tests: []', files: {} } });
  const group = { path: { group: 'mine' } };
  const rules = [{ alert: 'Mine', expr: 'up == 0' }];
  await api.PUT('/performance/alerts/rules/{group}', { params: group, body: { rules } });
  await api.PUT('/performance/alerts/rules/{group}', {
    params: { ...group, query: { test: 'true' } },
    body: { rules },
  });
  await api.GET('/performance/alerts/rules/{group}', { params: group });
  await api.DELETE('/performance/alerts/rules/{group}', { params: group });
  await api.POST('/performance/alerts/test', { body: {} });
  await api.GET('/performance/alerts/deliveries');
  await api.GET('/performance/alerts/notifications');
  await api.POST('/performance/alerts/notifications/reload', { body: {} });
  const matchers = ['alertname="Example"'];
  await api.GET('/performance/alerts/acknowledgements');
  await api.POST('/performance/alerts/acknowledgements', { body: { matchers } });
  await api.POST('/performance/alerts/acknowledgements/withdraw', { body: { matchers } });
  const sunday = { path: { name: 'sunday' } };
  const timeIntervals = [{ weekdays: ['sunday'] }];
  await api.PUT('/performance/alerts/maintenance/{name}', { params: sunday, body: { matchers, timeIntervals } });
  await api.GET('/performance/alerts/maintenance');
  await api.DELETE('/performance/alerts/maintenance/{name}', { params: sunday });
  await callAlertmanager();
  const pools = await api.GET('/performance/pools');
  const max: number | undefined = pools.data?.[0]?.max;
  if (max === undefined) throw new Error('there are no pools');
  await api.GET('/performance/pools/{name}', { params: { path: { name: 'http' } } });
  await api.GET('/performance/pools/{name}/statements', {
    params: { path: { name: 'postgres' }, query: { limit: 5 } },
  });
  await api.PATCH('/performance/pools/{name}', { params: { path: { name: 'http' } }, body: { max: 20 } });
  await api.DELETE('/performance/pools/{name}/limits', { params: { path: { name: 'http' } } });
  await api.GET('/performance/cache');
  await api.GET('/performance/cache/entries');
  const key = { path: { key: 'one' } };
  await api.GET('/performance/cache/entries/{key}', { params: key });
  await api.DELETE('/performance/cache/entries/{key}', { params: key });
  await api.POST('/performance/cache/invalidate', { body: { prefix: 'user:' } });
  await api.POST('/performance/cache/warm', { body: {} });
  const started = await api.POST('/performance/benchmark', {
    params: { query: { wait: 'false' } },
    body: { scenario: 'cached-read', parameters: { rows: 1_000, reads: 1_000 } },
  });
  await api.GET('/performance/benchmark');
  const id = { params: { path: { id: started.data?.id ?? '00000000' } } };
  await api.GET('/performance/benchmark/scenarios');
  await api.GET('/performance/benchmark/{id}', id);
  await api.GET('/performance/benchmark/{id}/export', { ...id, parseAs: 'text' });
  await api.GET('/performance/benchmark/{id}/events', { ...id, parseAs: 'text' });
  const both = { query: { a: id.params.path.id, b: id.params.path.id } };
  await api.GET('/performance/benchmark/compare', { params: both });
  await api.PUT('/performance/benchmark/{id}/baseline', id);
  await api.DELETE('/performance/benchmark/{id}/baseline', id);
  // That one is over, since its events have ended.
  const { data } = await api.POST('/performance/benchmark', {
    params: { query: { wait: 'false' } },
    body: { scenario: 'cached-read', parameters: { rows: 100_000, reads: 500_000 } },
  });
  await api.DELETE('/performance/benchmark/{id}', { params: { path: { id: data?.id ?? '00000000' } } });
  await api.GET('/performance/metrics');
  await api.POST('/performance/metrics', {
    body: { name: 'orders_total', kind: 'counter', help: 'Orders taken.', labels: ['country'] },
  });
  const name = { params: { path: { name: 'orders_total' } } };
  await api.POST('/performance/metrics/{name}/samples', { ...name, body: { value: 1, labels: { country: 'de' } } });
  await api.DELETE('/performance/metrics/{name}', name);
  await api.POST('/performance/metrics/import', {
    body: 'orders_imported_total 7\n',
    bodySerializer: (body) => body,
    headers: { 'content-type': 'text/plain' },
  });
  await api.GET('/metrics', text);
  await prometheus();
  await api.GET('/livez');
  await api.GET('/readyz');
  await api.GET('/startupz');
  process.stdout.write(JSON.stringify(called));
}

async function prometheus(): Promise<void> {
  const found = await api.GET(`${PROMETHEUS}/query`, { params: { query: { query } } });
  const type: 'vector' | 'matrix' | 'scalar' | 'string' | undefined = found.data?.data.resultType;
  if (type !== 'vector') throw new Error(`the query is answered with ${type}`);
  await api.GET(`${PROMETHEUS}/query_range`, { params: { query: range } });
  await api.GET(`${PROMETHEUS}/series`, { params: { query: series } });
  await api.GET(`${PROMETHEUS}/labels`, { params: { query: { limit: '5' } } });
  await api.GET(`${PROMETHEUS}/label/{name}/values`, { params: { path: { name: 'job_name' } } });
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  await api.POST(`${PROMETHEUS}/query`, { body: { query }, ...form });
  await api.POST(`${PROMETHEUS}/query_range`, { body: range, ...form });
  await api.POST(`${PROMETHEUS}/series`, { body: { 'match[]': query }, ...form });
  await api.POST(`${PROMETHEUS}/labels`, { body: {}, ...form });
  await api.GET(`${PROMETHEUS}/query_exemplars`, { params: { query: { query } } });
  await api.POST(`${PROMETHEUS}/query_exemplars`, { body: { query }, ...form });
  await api.POST(`${PROMETHEUS}/format_query`, { body: { query }, ...form });
  await api.POST(`${PROMETHEUS}/parse_query`, { body: { query }, ...form });
  await api.GET(`${PROMETHEUS}/format_query`, { params: { query: { query } } });
  await api.GET(`${PROMETHEUS}/parse_query`, { params: { query: { query } } });
  await api.GET(`${PROMETHEUS}/metadata`);
  await api.GET(`${PROMETHEUS}/rules`);
  await api.GET(`${PROMETHEUS}/alerts`);
  await api.GET(`${PROMETHEUS}/targets`);
  await api.GET(`${PROMETHEUS}/targets/metadata`);
  await api.GET(`${PROMETHEUS}/status/buildinfo`);
  await api.GET(`${PROMETHEUS}/status/config`);
  await api.GET(`${PROMETHEUS}/status/flags`);
  await api.GET(`${PROMETHEUS}/status/runtimeinfo`);
  await api.GET(`${PROMETHEUS}/status/tsdb`);
  await api.GET('/performance/prometheus/federate', { params: { query: series }, ...text });
  await api.GET('/performance/prometheus/-/healthy', text);
  await api.GET('/performance/prometheus/-/ready', text);
  // A message of no samples: the length 0.
  await api.POST(`${PROMETHEUS}/write`, {
    body: '',
    bodySerializer: () => Uint8Array.of(0),
    headers: { 'content-type': 'application/x-protobuf' },
  });
}

void main();
