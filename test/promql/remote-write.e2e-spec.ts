import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { loadSnappy } from '../../src/monitoring/remote-write/snappy';
import { readWriteRequest, type WrittenSeries, writeRequest } from '../../src/monitoring/remote-write/write-request';
import { PromqlEngine } from '../../src/monitoring/promql/promql-engine';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { PrometheusServer } from '../support/prometheus-server';
import { ADMIN_TOKEN, asAdmin, asReader, READ_TOKEN } from '../support/test-config';

const API = '/performance/prometheus/api/v1';

type Result = { metric: Record<string, string>; value: [number, string] }[];

async function instant(url: string, query: string, headers: Record<string, string> = {}): Promise<Result> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`, { headers });
  const { data } = (await response.json()) as { data: { result: Result } };
  return data.result;
}

describe('a real Prometheus that remote-writes to the service', () => {
  let app: NestExpressApplication;
  let prometheus: PrometheusServer;
  let base: string;
  beforeAll(async () => {
    app = await startApp({ METRICS_SAMPLE_INTERVAL_SECONDS: '1' });
    base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    prometheus = await PrometheusServer.writingTo(`${base}${API}/write`, ADMIN_TOKEN, [
      {
        job_name: 'service',
        scrape_interval: '1s',
        authorization: { credentials: READ_TOKEN },
        metrics_path: '/metrics',
        static_configs: [{ targets: [base.slice('http://'.length)] }],
      },
      {
        job_name: 'federated',
        scrape_interval: '1s',
        honor_labels: true,
        authorization: { credentials: READ_TOKEN },
        metrics_path: '/performance/prometheus/federate',
        params: { 'match[]': ['{__name__=~"process_.*|monitoring_series"}'] },
        static_configs: [{ targets: [base.slice('http://'.length)] }],
      },
    ]);
  }, 60_000);
  afterAll(async () => {
    await prometheus.close();
    await app.close();
  });

  it('has its samples here, with their labels', async () => {
    const ours = `${base}/performance/prometheus`;
    const query = 'count_over_time(up{job="service"}[1m])';
    await eventually('some samples', async () => Number((await instant(ours, query, asReader))[0]?.value[1]) > 3, {
      timeoutMs: 30_000,
      everyMs: 200,
    });
    const [up] = await instant(ours, 'up{job="service"}', asReader);
    expect(up).toMatchObject({ metric: { instance: base.slice('http://'.length) }, value: [expect.anything(), '1'] });
    // What it scraped here and wrote back is a series of its own beside the one measured here.
    const written = await instant(ours, 'count(http_server_active_requests{job="service"})', asReader);
    expect(Number(written[0]?.value[1])).toBeGreaterThan(0);
  }, 60_000);

  it('federates, each series with a job and an instance', async () => {
    await eventually(
      'federated series',
      async () => {
        const found = await instant(prometheus.url, 'process_cpu_seconds_total{job="performance-gateway"}');
        return found.length === 1 && found[0]!.metric.instance !== '';
      },
      { timeoutMs: 30_000, everyMs: 200 },
    );
  }, 60_000);

  it('is refused what is measured here, and the rest is kept', async () => {
    const now = Date.now();
    const one = (labels: [string, string][], values: number[]) => ({
      labels,
      timestamps: Float64Array.from(values, (_, at) => now - 10_000 + at * 1_000),
      values: Float64Array.from(values),
    });
    const message = writeRequest([
      one(
        [
          ['__name__', 'written'],
          ['a', 'b'],
        ],
        [1, 2, 3],
      ),
      one(
        [
          ['__name__', 'bad'],
          ['a-b', 'c'],
        ],
        [1],
      ),
      one([['a', 'nameless']], [1, 2]),
    ]);
    const { compress } = await loadSnappy();
    const send = (body: Buffer) =>
      request(app.getHttpServer())
        .post(`${API}/write`)
        .set(asAdmin)
        .set('content-type', 'application/x-protobuf')
        .set('content-encoding', 'snappy')
        .serialize((sent) => sent as string)
        .send(body);
    const answer = await send(await compress(message));
    expect([answer.status, answer.body.code]).toEqual([400, 'REMOTE_WRITE_INVALID']);
    expect(answer.body.detail).toBe(
      '3 samples were not kept. The first: {__name__="bad", a-b="c"}: the label name "a-b" is not valid.',
    );
    const result = await app.get(PromqlEngine).instant('written', now);
    expect(result.value).toMatchObject({ columns: [{ values: Float64Array.of(3) }] });
    for (const bad of [
      Buffer.alloc(0),
      Buffer.from('no snappy'),
      Buffer.from([0xff, 0xff, 0xff, 0x7f, 0]),
      await compress(Buffer.from([0x0a, 0xff, 1])),
    ]) {
      const refused = await send(bad);
      expect([refused.status, refused.body.code]).toEqual([400, 'REMOTE_WRITE_INVALID']);
    }
    await request(app.getHttpServer()).post(`${API}/write`).set(asReader).expect(403);
  });
});

describe('the service that remote-writes', () => {
  it('has all its samples in a real Prometheus', async () => {
    const prometheus = await PrometheusServer.scraping([]);
    const app = await startApp({
      METRICS_SAMPLE_INTERVAL_SECONDS: '1',
      REMOTE_WRITE_URL: `${prometheus.url}/api/v1/write`,
    });
    try {
      const engine = app.get(PromqlEngine);
      const query = 'count_over_time(process_uptime_seconds{job="performance-gateway"}[1m])';
      await eventually('some samples', async () => Number((await instant(prometheus.url, query))[0]?.value[1]) > 3, {
        timeoutMs: 30_000,
        everyMs: 200,
      });
      const [series] = await instant(prometheus.url, 'count({job="performance-gateway"})');
      const ours = await engine.instant('count({__name__=~".+"})', Number(series!.value[0]) * 1_000);
      const count = (ours.value as unknown as { columns: { values: Float64Array }[] }).columns[0]!.values[0]!;
      expect(Math.abs(Number(series!.value[1]) - count)).toBeLessThan(count / 10);
    } finally {
      await app.close();
      await prometheus.close();
    }
  }, 90_000);

  describe('to an endpoint that fails', () => {
    let server: Server;
    let app: NestExpressApplication;
    let answer: { status: number; headers?: Record<string, string> };
    const seen: Map<string, number[]> = new Map();
    let requests = 0;

    beforeAll(async () => {
      answer = { status: 503 };
      const { uncompress } = await loadSnappy();
      server = createServer((incoming, response) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          requests++;
          void (async () => {
            const message = Buffer.from(await uncompress(Buffer.concat(chunks)));
            if (answer.status === 204) {
              for (const part of readWriteRequest(message)) note(part as WrittenSeries);
            }
            response.writeHead(answer.status, answer.headers).end('so it is');
          })();
        });
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      app = await startApp({
        METRICS_SAMPLE_INTERVAL_SECONDS: '1',
        REMOTE_WRITE_URL: `http://user:pass@127.0.0.1:${port}/write`,
      });
    }, 60_000);
    afterAll(async () => {
      await app.close();
      server.close();
    });

    function note({ labels, timestamps }: WrittenSeries): void {
      const name = new Map(labels).get('__name__')!;
      if (name !== 'process_uptime_seconds') return;
      seen.set(name, [...(seen.get(name) ?? []), ...timestamps]);
    }

    const metric = async (name: string) => {
      const { text } = await request(app.getHttpServer()).get('/metrics').set(asReader);
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    };

    it('sends what was missed once it works, each sample once and in order', async () => {
      await eventually('two attempts', () => requests >= 2, { timeoutMs: 20_000 });
      await eventually('it is behind', async () => (await metric('monitoring_remote_write_lag_seconds')) >= 2, {
        timeoutMs: 20_000,
      });
      answer = { status: 204 };
      await eventually('it is not behind', async () => (await metric('monitoring_remote_write_lag_seconds')) === 0, {
        timeoutMs: 30_000,
      });
      const times = seen.get('process_uptime_seconds')!;
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(new Set(times).size).toBe(times.length);
      for (let at = 1; at < times.length; at++) expect(times[at]! - times[at - 1]!).toBeLessThan(5_000);
      expect(await metric('monitoring_remote_write_failures_total')).toBeGreaterThan(1);
    }, 90_000);

    it('drops what is refused for good, and goes on', async () => {
      answer = { status: 400 };
      const dropped = 'monitoring_remote_write_samples_total\\{result="dropped"\\}';
      await eventually('samples are dropped', async () => (await metric(dropped)) > 0, { timeoutMs: 20_000 });
      answer = { status: 204 };
      const before = seen.get('process_uptime_seconds')!.length;
      await eventually('samples are sent', () => seen.get('process_uptime_seconds')!.length > before, {
        timeoutMs: 20_000,
      });
    }, 60_000);
  });
});
