import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { SERVICE_VERSION } from '../../src/common/service-version';
import { PromqlEngine } from '../../src/monitoring/promql/promql-engine';
import { Labels } from '../../src/monitoring/series/labels';
import { SeriesStore } from '../../src/monitoring/series/series-store';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { asReader, READ_TOKEN } from '../support/test-config';

const run = promisify(execFile);
const API = '/performance/prometheus/api/v1';
const SAMPLES = 60;
const INTERVAL_MS = 10_000;
const promtool = async (...args: string[]) => (await run('promtool', ['query', ...args])).stdout.trim();

const listOf = ({ body }: { body: { data: unknown[] | { result: unknown[] } } }) =>
  Array.isArray(body.data) ? body.data : body.data.result;

describe('the Prometheus HTTP API', () => {
  let app: NestExpressApplication;
  let end: number;
  let begin: number;
  beforeAll(async () => {
    app = await startApp({ METRICS_SAMPLE_INTERVAL_SECONDS: '1' });
    const store = app.get(SeriesStore);
    end = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS;
    begin = end - (SAMPLES - 1) * INTERVAL_MS;
    store.describe('visits_total', { kind: 'counter', help: 'Visits.', unit: '' });
    for (const shop of ['a', 'b']) {
      const series = store.open(Labels.from({ __name__: 'visits_total', shop }), 'counter')!;
      for (let at = 0; at < SAMPLES; at++)
        store.append(series, begin + at * INTERVAL_MS, at * (shop === 'a' ? 10 : 20));
    }
  });
  afterAll(() => app.close());

  /** Where promtool finds the service, with the token as Basic asks for it. */
  const server = () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    return `http://promtool:${READ_TOKEN}@127.0.0.1:${port}/performance/prometheus`;
  };
  const get = (path: string, query: Record<string, unknown> = {}) =>
    request(app.getHttpServer()).get(`${API}${path}`).set(asReader).query(query);
  const post = (path: string, form: Record<string, unknown>) =>
    request(app.getHttpServer()).post(`${API}${path}`).set(asReader).type('form').send(form);

  it('answers an instant query by GET and by POST', async () => {
    const query = { query: 'sum(rate(visits_total[5m]))', time: String(end / 1_000) };
    const { body } = await get('/query', query)
      .expect(200)
      .expect('content-type', /application\/json/);
    expect(body).toEqual({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: {}, value: [end / 1_000, '3'] }] },
    });
    expect((await post('/query', query).expect(200)).body).toEqual(body);
  });

  it('answers now when no time is given, and in RFC 3339', async () => {
    const { body } = await get('/query', { query: 'time()' }).expect(200);
    expect(Math.abs(Number(body.data.result[1]) - Date.now() / 1_000)).toBeLessThan(10);
    const at = await get('/query', { query: 'time()', time: '2026-01-02T03:04:05.678Z' }).expect(200);
    expect(at.body.data).toEqual({ resultType: 'scalar', result: [1_767_323_045.678, '1767323045.678'] });
  });

  it('answers a range query by GET and by POST', async () => {
    const query = { query: 'visits_total', start: begin / 1_000, end: begin / 1_000 + 60, step: '30s' };
    const { body } = await get('/query_range', query).expect(200);
    const values = (factor: number) => [0, 3, 6].map((step) => [begin / 1_000 + step * 10, String(step * 10 * factor)]);
    expect(body.data).toEqual({
      resultType: 'matrix',
      result: [
        { metric: { __name__: 'visits_total', shop: 'a' }, values: values(1) },
        { metric: { __name__: 'visits_total', shop: 'b' }, values: values(2) },
      ],
    });
    expect((await post('/query_range', query).expect(200)).body).toEqual(body);
  });

  it.each<[string, string, Record<string, unknown>, number, string, RegExp]>([
    [
      'a query that does not parse',
      '/query',
      { query: 'sum(' },
      400,
      'bad_data',
      /invalid parameter "query": 1:5: parse error/,
    ],
    ['no query', '/query', {}, 400, 'bad_data', /no expression found/],
    ['a time that is none', '/query', { query: '1', time: 'noon' }, 400, 'bad_data', /invalid parameter "time"/],
    ['a timeout that is none', '/query', { query: '1', timeout: 'x' }, 400, 'bad_data', /invalid parameter "timeout"/],
    ['no start', '/query_range', { query: '1', end: 5, step: 1 }, 400, 'bad_data', /invalid parameter "start"/],
    [
      'an end before the start',
      '/query_range',
      { query: '1', start: 9, end: 5, step: 1 },
      400,
      'bad_data',
      /end timestamp must not be before/,
    ],
    ['a step of 0', '/query_range', { query: '1', start: 1, end: 5, step: 0 }, 400, 'bad_data', /zero or negative/],
    [
      'too many points',
      '/query_range',
      { query: '1', start: 0, end: 11_001, step: 1 },
      400,
      'bad_data',
      /11,000 points/,
    ],
    [
      'a range vector over a range',
      '/query_range',
      { query: 'a[5m]', start: 0, end: 5, step: 1 },
      400,
      'bad_data',
      /invalid expression type/,
    ],
    [
      'a match of many with many',
      '/query',
      { query: 'visits_total * on() visits_total' },
      422,
      'execution',
      /many-to-many/,
    ],
    [
      'no time to answer',
      '/query',
      { query: 'sum_over_time(vector(1)[1d:1s])', timeout: '1ms' },
      503,
      'timeout',
      /query_time: 1 ms/,
    ],
    [
      'too long a subquery',
      '/query',
      { query: 'sum_over_time(vector(1)[9000d:1s])' },
      422,
      'execution',
      /limit steps_per_subquery/,
    ],
    ['no selector', '/series', {}, 400, 'bad_data', /no match\[\] parameter/],
    ['an empty selector', '/series', { 'match[]': '{a=~".*"}' }, 400, 'bad_data', /non-empty matcher/],
    ['a label that is none', '/label/a-b/values', {}, 400, 'bad_data', /invalid label name/],
    ['a limit that is no number', '/metadata', { limit: 'x' }, 400, 'bad_data', /limit must be a number/],
    ['a kind of rule that is none', '/rules', { type: 'x' }, 400, 'bad_data', /not supported value/],
  ])('refuses %s as Prometheus does', async (_, path, query, status, errorType, error) => {
    const { body } = await get(path, query).expect(status);
    expect(body).toEqual({ status: 'error', errorType, error: expect.stringMatching(error) });
  });

  it('takes exactly 11,000 steps', async () => {
    const { body } = await get('/query_range', { query: '1', start: 0, end: 11_000, step: 1 }).expect(200);
    expect(body.data.result[0].values).toHaveLength(11_001);
  });

  it('lists series, labels and values by GET and by POST', async () => {
    const selector = { 'match[]': ['visits_total{shop="a"}', '{shop=~"a|c"}'] };
    const series = { status: 'success', data: [{ __name__: 'visits_total', shop: 'a' }] };
    expect((await get('/series', selector).expect(200)).body).toEqual(series);
    expect((await post('/series', selector).expect(200)).body).toEqual(series);
    const names = { status: 'success', data: ['__name__', 'shop'] };
    expect((await get('/labels', { 'match[]': 'visits_total' }).expect(200)).body).toEqual(names);
    expect((await post('/labels', { 'match[]': 'visits_total' }).expect(200)).body).toEqual(names);
    expect((await get('/label/shop/values').expect(200)).body.data).toEqual(['a', 'b']);
    expect((await get('/label/shop/values', { 'match[]': 'nothing' }).expect(200)).body.data).toEqual([]);
    const before = { 'match[]': 'visits_total', end: begin / 1_000 - 7_200 };
    expect((await get('/series', before).expect(200)).body.data).toEqual([]);
  });

  it('describes metrics', async () => {
    const { body } = await get('/metadata', { metric: 'visits_total' }).expect(200);
    expect(body.data).toEqual({ visits_total: [{ type: 'counter', help: 'Visits.', unit: '' }] });
    expect((await get('/metadata', { limit: 0 }).expect(200)).body.data).toEqual({});
  });

  it('says what it is, and what it measures', async () => {
    const { body } = await get('/status/buildinfo').expect(200);
    expect(body.data).toMatchObject({
      version: '2.42.0',
      application: 'performance-gateway',
      applicationVersion: SERVICE_VERSION,
    });
    const { port } = app.getHttpServer().address() as AddressInfo;
    const targets = await get('/targets').expect(200);
    expect(targets.body.data.activeTargets).toMatchObject([{ scrapeUrl: `http://127.0.0.1:${port}/metrics` }]);
    expect((await get('/targets', { state: 'dropped' }).expect(200)).body.data.activeTargets).toEqual([]);
    // The one alert that always fires, whatever the machine is doing.
    const watchdog = await eventually('an alert', async () => {
      const { alerts } = (await get('/alerts').expect(200)).body.data as {
        alerts: { labels: Record<string, string> }[];
      };
      return alerts.find(({ labels }) => labels.alertname === 'Watchdog');
    });
    expect(watchdog).toMatchObject({ state: 'firing', value: '1e+00', activeAt: expect.stringMatching(/^20.*Z$/) });
    expect((await get('/rules').expect(200)).body.status).toBe('success');
  });

  it('finds the series the service samples of itself', async () => {
    const query = 'count({__name__=~".+",__name__!="visits_total"}) > 50';
    await eventually('a tick', async () => (await get('/query', { query })).body.data.result.length > 0);
  });

  it('compresses a long answer where the client takes it', async () => {
    const query = 'label_replace(vector(time()), "a", "b", "", "") or vector(time())';
    const long = { query, start: 0, end: 10_000, step: 1 };
    const plain = await get('/query_range', long).set('accept-encoding', 'identity').expect(200);
    const zipped = await get('/query_range', long).set('accept-encoding', 'gzip').expect(200);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.body).toEqual(plain.body);
    expect(plain.body.data.result).toHaveLength(2);
    const short = await get('/query', { query: '1' }).set('accept-encoding', 'gzip').expect(200);
    expect(short.headers['content-encoding']).toBeUndefined();
  });

  it('stops a query whose client has gone', async () => {
    const engine = app.get(PromqlEngine);
    const query = 'quantile_over_time(0.5, vector(time() % 7)[6h:1s])';
    const parameters = new URLSearchParams({ query, start: '0', end: '200000', step: '20' });
    const { port } = app.getHttpServer().address() as AddressInfo;
    const url = `http://127.0.0.1:${port}${API}/query_range?${parameters}`;
    const client = new AbortController();
    const answer = fetch(url, { headers: asReader, signal: client.signal });
    await eventually('the query runs', () => engine.stats.running === 1);
    client.abort();
    await expect(answer).rejects.toThrow(/abort/);
    // To its end it would take longer than that: 200 million values are looked at.
    await eventually('the query has ended', () => engine.stats.running === 0, { timeoutMs: 1_000 });
  });

  it.each([
    ['/query', { query: 'visits_total' }],
    ['/query_range', { query: 'visits_total', step: '30s' }],
    ['/series', { 'match[]': 'visits_total' }],
    ['/labels', {}],
    ['/label/shop/values', {}],
  ])('answers the first of %s, and says that there is more', async (path, query) => {
    const times = path === '/query' ? { time: end / 1_000 } : { start: begin / 1_000, end: begin / 1_000 + 60 };
    const asked = (limit: string) => get(path, { ...query, ...times, limit });
    const whole = await asked('0').expect(200);
    expect(listOf(whole).length).toBeGreaterThan(1);
    expect(whole.body.warnings).toBeUndefined();
    const first = await asked('1').expect(200);
    expect(listOf(first)).toEqual(listOf(whole).slice(0, 1));
    expect(first.body.warnings).toEqual(['results truncated due to limit: these are the first 1']);
    const all = await asked(String(listOf(whole).length)).expect(200);
    expect(all.body).toEqual(whole.body);
    const wrong = await asked('-1').expect(400);
    expect(wrong.body).toEqual({
      status: 'error',
      errorType: 'bad_data',
      error: 'invalid parameter "limit": "-1" is not a whole number from 0 on',
    });
  });

  it('answers the first 20,000 series of more, with a warning', async () => {
    const store = app.get(SeriesStore);
    for (let at = 0; at < 9_000; at++) {
      for (const kind of ['gauge', 'counter', 'untyped'] as const) {
        const series = store.open(Labels.from({ __name__: `many_${kind}`, at: String(at) }), kind, 'imported')!;
        store.append(series, end, at);
      }
    }
    const selector = '{__name__=~"many_.*"}';
    const query = await get('/query', { query: selector, time: end / 1_000 }).expect(200);
    const series = await get('/series', { 'match[]': selector }).expect(200);
    expect([query.body.data.result.length, series.body.data.length]).toEqual([20_000, 20_000]);
    const warning = 'results truncated due to limit: these are the first 20000 (limit series_per_answer: 20000)';
    expect([query.body.warnings, series.body.warnings]).toEqual([[warning], [warning]]);
    // What is read by the service itself is never cut.
    await expect(app.get(PromqlEngine).instant(selector, end)).rejects.toThrow(/27000 series/);
    const { body } = await get('/status/tsdb', { limit: '3' }).expect(200);
    expect(body.data.seriesCountByMetricName).toEqual(
      ['many_counter', 'many_gauge', 'many_untyped'].map((name) => ({ name, value: 9_000 })),
    );
    expect(body.data.headStats.numSeries).toBeGreaterThan(27_000);
    expect(body.data.labelValueCountByLabelName[0]).toEqual({ name: 'at', value: 9_000 });
  }, 60_000);

  it('writes a query well, and as a tree', async () => {
    const query = 'sum by(a)(rate(x{b!="c"}[5m] offset 1m)) > bool on(a) y';
    for (const answer of [await get('/format_query', { query }), await post('/format_query', { query })]) {
      expect(answer.body).toEqual({
        status: 'success',
        data: 'sum by (a) (rate(x{b!="c"}[5m] offset 1m)) > bool on (a) y',
      });
    }
    const tree = {
      type: 'binaryExpr',
      op: '>',
      lhs: {
        type: 'aggregation',
        op: 'sum',
        grouping: ['a'],
        without: false,
        param: null,
        expr: {
          type: 'call',
          func: { name: 'rate', argTypes: ['matrix'], variadic: 0, returnType: 'vector' },
          args: [
            {
              type: 'matrixSelector',
              name: 'x',
              range: 300_000,
              offset: 60_000,
              timestamp: null,
              startOrEnd: null,
              matchers: [
                { name: 'b', value: 'c', type: '!=' },
                { name: '__name__', value: 'x', type: '=' },
              ],
            },
          ],
        },
      },
      rhs: { type: 'numberLiteral', val: '2' },
      matching: null,
      bool: true,
    };
    const asTree = 'sum by(a)(rate(x{b!="c"}[5m] offset 1m)) > bool 2';
    for (const answer of [
      await get('/parse_query', { query: asTree }),
      await post('/parse_query', { query: asTree }),
    ]) {
      expect(answer.body).toEqual({ status: 'success', data: tree });
    }
    const wrong = await get('/parse_query', { query: 'sum(' }).expect(400);
    expect(wrong.body.error).toMatch(/invalid parameter "query": 1:5: parse error/);
  });

  it('says how it is set up, and what its one target tells of its metrics', async () => {
    expect((await get('/status/config').expect(200)).body.data.yaml).toContain('scrape_interval: 1s');
    expect((await get('/status/flags').expect(200)).body.data['storage.tsdb.retention.time']).toBe('86400s');
    expect((await get('/status/runtimeinfo').expect(200)).body.data.storageRetention).toBe('86400s');
    const visits = { target: {}, metric: 'visits_total', type: 'counter', help: 'Visits.', unit: '' };
    const metadata = (query: object) => get('/targets/metadata', { ...query });
    expect((await metadata({ metric: 'visits_total' }).expect(200)).body.data).toEqual([visits]);
    await eventually('it has measured itself', async () => (await metadata({})).body.data.length > 2);
    expect((await metadata({ limit: '2' })).body.data).toHaveLength(2);
    expect((await metadata({ match_target: '{job="x"}' })).body.data).toEqual([]);
    const root = '/performance/prometheus';
    for (const path of [`${root}/-/healthy`, `${root}/-/ready`]) {
      await request(app.getHttpServer())
        .get(path)
        .set(asReader)
        .expect(200, /^performance-gateway is/);
    }
    await request(app.getHttpServer())
      .get(`${root}/federate`)
      .set(asReader)
      .expect(400, /no match/);
  });

  it('needs a token', async () => {
    await request(app.getHttpServer()).get(`${API}/query`).query({ query: '1' }).expect(401);
  });

  describe('promtool', () => {
    it('queries one time and a range', async () => {
      const time = ['--time', String(end / 1_000)];
      expect(await promtool('instant', ...time, server(), 'sum(visits_total)')).toBe(`{} => 1770 @[${end / 1_000}]`);
      const times = [`--start=${begin / 1_000}`, `--end=${begin / 1_000 + 20}`, '--step=10s'];
      const range = await promtool('range', ...times, server(), 'visits_total{shop="b"}');
      expect(range).toBe(
        [`visits_total{shop="b"} =>`, ...[0, 1, 2].map((at) => `${at * 20} @[${begin / 1_000 + at * 10}]`)].join('\n'),
      );
    });

    it('lists series and the values of a label', async () => {
      expect(await promtool('series', '--match', 'visits_total{shop="a"}', server())).toBe(
        '{__name__="visits_total", shop="a"}',
      );
      expect(await promtool('labels', server(), 'shop')).toBe('a\nb');
    });

    it('shows what is wrong with a query', async () => {
      await expect(promtool('instant', server(), 'sum(')).rejects.toMatchObject({
        stderr: expect.stringMatching(/parse error/),
      });
    });
  });
});
