import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Labels } from '../../src/monitoring/series/labels';
import { SeriesStore } from '../../src/monitoring/series/series-store';
import { startApp } from '../support/app';
import { PrometheusServer } from '../support/prometheus-server';
import { asReader } from '../support/test-config';
import type { SourceSeries } from './memory-source';
import { openMetricsText } from './openmetrics-text';

const INTERVAL_MS = 10_000;

describe('the HTTP API beside that of a real Prometheus 2.42', () => {
  let app: NestExpressApplication;
  let prometheus: PrometheusServer;
  let ours: string;
  const end = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS;
  const begin = end - 3_600_000;

  beforeAll(async () => {
    const series: SourceSeries[] = ['a', 'b', 'ü"\\'].map((shop, index) => ({
      labels: { __name__: 'visits_total', shop, floor: String(index % 2) },
      samples: Array.from({ length: 360 }, (_, step) => [begin + step * INTERVAL_MS, step * (index + 1)] as const),
    }));
    prometheus = await PrometheusServer.start(openMetricsText(series));
    app = await startApp();
    const { port } = app.getHttpServer().address() as AddressInfo;
    ours = `http://127.0.0.1:${port}/performance/prometheus`;
    const store = app.get(SeriesStore);
    for (const { labels, samples } of series) {
      const ref = store.open(Labels.from(labels), 'counter')!;
      for (const [time, value] of samples) store.append(ref, time, value!);
    }
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await prometheus.close();
  });

  /** The answer to a request in both, without what an error says in words. */
  async function both(path: string, query: string, method: 'GET' | 'POST') {
    const ask = async (base: string) => {
      const url = `${base}/api/v1${path}`;
      const form = new URLSearchParams(query);
      const response = await (method === 'GET'
        ? fetch(`${url}?${form}`, { headers: asReader })
        : fetch(url, { method: 'POST', headers: asReader, body: form }));
      const { error: _inWords, ...answer } = (await response.json()) as Record<string, unknown>;
      return { status: response.status, type: response.headers.get('content-type')?.split(';')[0], answer };
    };
    return Promise.all([ask(prometheus.url), ask(ours)]);
  }

  const at = end / 1_000;
  const iso = new Date(end).toISOString();
  const offset = `${new Date(end + 7_200_000).toISOString().slice(0, -1)}+02:00`;
  const range = `start=${at - 60}&end=${at}&step=15`;

  it.each([
    ['/query', `query=visits_total&time=${at}`],
    ['/query', `query=visits_total&time=${at}.1234567`],
    ['/query', `query=visits_total&time=${iso}`],
    ['/query', `query=visits_total&time=${encodeURIComponent(offset)}`],
    ['/query', `query=time()&time=${at}e0`],
    ['/query', 'query=time()&time=0'],
    ['/query', 'query=time()&time=-1.5'],
    ['/query', 'query=time()&time=2026-02-30T00:00:00Z'],
    ['/query', 'query=time()&time=2026-01-01'],
    ['/query', 'query=time()&time=2026-01-01T24:00:00Z'],
    ['/query', 'query=time()&time=2026-01-01t00:00:00z'],
    ['/query', 'query=time()&time=2026-01-01T00:00:00.123456789Z'],
    ['/query', 'query=time()&time=now'],
    ['/query', 'query=time()&time=0x10'],
    ['/query', `query=1&time=${at}&timeout=5s`],
    ['/query', `query=1&time=${at}&timeout=5`],
    ['/query', `query=1&time=${at}&timeout=soon`],
    ['/query', `query=1&time=${at}&timeout=1h1`],
    ['/query', `query=&time=${at}`],
    ['/query', `time=${at}`],
    ['/query', `query=1&query=2&time=${at}`],
    ['/query', `query="ü\\n"&time=${at}`],
    ['/query', `query=visits_total[30s]&time=${at}`],
    ['/query', `query=sum(&time=${at}`],
    ['/query', `query=visits_total%2Bon()visits_total&time=${at}`],
    ['/query', `query=1&time=${at}&unknown=1`],
    ['/query_range', `query=visits_total&${range}`],
    ['/query_range', `query=1&${range}`],
    ['/query_range', `query=visits_total&start=${at - 60.5}&end=${at}&step=7.3`],
    ['/query_range', `query=visits_total&start=${at - 60}&end=${at}&step=1m`],
    ['/query_range', `query=visits_total&start=${at}&end=${at}&step=1`],
    ['/query_range', `query=visits_total&start=${at - 60}&end=${at}&step=0`],
    ['/query_range', `query=visits_total&start=${at - 60}&end=${at}&step=-1`],
    ['/query_range', `query=visits_total&start=${at - 60}&end=${at}&step=x`],
    ['/query_range', `query=visits_total&start=${at - 60}&end=${at}`],
    ['/query_range', `query=visits_total&end=${at}&step=1`],
    ['/query_range', `query=visits_total&start=${at}&step=1`],
    ['/query_range', `query=visits_total&start=${at}&end=${at - 1}&step=1`],
    ['/query_range', `query=1&start=0&end=11000&step=1`],
    ['/query_range', `query=1&start=0&end=11000.9&step=1`],
    ['/query_range', `query=1&start=0&end=11001&step=1`],
    ['/query_range', `query="text"&${range}`],
    ['/query_range', `query=visits_total[1m]&${range}`],
    ['/series', 'match[]=visits_total'],
    ['/series', 'match[]=visits_total{shop="a"}&match[]={shop=~"a|b"}'],
    ['/series', `match[]=visits_total&start=${at - 60}&end=${at}`],
    ['/series', `match[]=visits_total&end=${begin / 1_000 - 7_200}`],
    ['/series', ''],
    ['/series', 'match[]='],
    ['/series', 'match[]={shop=~".*"}'],
    ['/series', 'match[]=visits_total offset 5m'],
    ['/series', 'match[]=sum(visits_total)'],
    ['/series', 'match[]=visits_total&start=x'],
    ['/labels', 'match[]=visits_total'],
    ['/labels', 'match[]=nothing'],
    ['/labels', 'match[]={}'],
    ['/labels', 'match[]=visits_total&end=x'],
  ])('%s?%s', async (path, query) => {
    for (const method of ['GET', 'POST'] as const) {
      const [expected, actual] = await both(path, query, method);
      expect(sorted(actual)).toEqual(sorted(expected));
    }
  });

  it.each([
    ['/label/shop/values', ''],
    ['/label/shop/values', 'match[]=visits_total{floor="1"}'],
    ['/label/nothing/values', ''],
    ['/label/1a/values', ''],
    ['/label/__name__/values', 'match[]=visits_total'],
    ['/label/shop/values', 'match[]=x{'],
  ])('%s?%s', async (path, query) => {
    const [expected, actual] = await both(path, query, 'GET');
    expect(actual).toEqual(expected);
  });
});

/** The order of series is no part of an answer. */
function sorted({ answer, ...others }: { status: number; type: string | undefined; answer: Record<string, unknown> }) {
  const data = answer.data as { result?: unknown } | undefined;
  const list = Array.isArray(data) ? data : data?.result;
  if (Array.isArray(list) && typeof list[0] === 'object') {
    list.sort((a, b) => (JSON.stringify(sortKeys(a)) < JSON.stringify(sortKeys(b)) ? -1 : 1));
  }
  return { ...others, answer };
}

const sortKeys = (value: object): unknown =>
  Object.entries('metric' in value ? (value.metric as object) : value).toSorted();
