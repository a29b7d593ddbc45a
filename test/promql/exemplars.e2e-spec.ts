import type { NestExpressApplication } from '@nestjs/platform-express';
import { Counter, Histogram, Registry } from 'prom-client';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { PrometheusServer } from '../support/prometheus-server';
import { READ_TOKEN } from '../support/test-config';

const headers = { authorization: `Bearer ${READ_TOKEN}` };

/** Of the metrics, and of exemplars. */
type Label = 'shop' | 'trace_id' | 'span';

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly errorType?: string;
  readonly data?: { readonly seriesLabels: Record<string, string>; readonly exemplars: { value: string }[] }[];
}

/** A real Prometheus scrapes the service, and both are asked for the exemplars of metrics of prom-client. */
describe('exemplars', () => {
  let app: NestExpressApplication;
  let prometheus: PrometheusServer;
  let port: number;
  beforeAll(async () => {
    app = await startApp({ METRICS_SAMPLE_INTERVAL_SECONDS: '1' });
    port = (app.getHttpServer().address() as { port: number }).port;
    prometheus = await PrometheusServer.scraping([
      {
        job_name: 'gateway',
        scrape_interval: '1s',
        authorization: { credentials: READ_TOKEN },
        static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      },
    ]);
  });
  afterAll(async () => {
    await prometheus?.close();
    await app?.close();
  });

  const ours = () => `http://127.0.0.1:${port}/performance/prometheus`;

  it('of prom-client are in OpenMetrics, and query_exemplars answers as Prometheus does', async () => {
    const registry = app.get(Registry);
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE); // what prom-client wants before it takes exemplars
    const names = { labelNames: ['shop' as const], registers: [registry], enableExemplars: true };
    const orders = new Counter<Label>({ name: 'exemplary_total', help: 'Orders', ...names });
    const sizes = new Histogram<Label>({ name: 'exemplary_size', help: 'Sizes', buckets: [1, 10], ...names });
    orders.inc({ labels: { shop: 'a' }, value: 3, exemplarLabels: { trace_id: 'one' } });
    orders.inc({ labels: { shop: 'b"\\' }, exemplarLabels: { trace_id: 'é', span: 'ü' } });
    sizes.observe({ labels: { shop: 'a' }, value: 0.25, exemplarLabels: { trace_id: 'two' } });
    sizes.observe({ labels: { shop: 'a' }, value: 1e-7, exemplarLabels: { trace_id: 'tiny' } });
    sizes.observe({ labels: { shop: 'a' }, value: 1e9, exemplarLabels: { trace_id: 'huge' } });
    sizes.observe({ labels: { shop: 'a' }, value: 5 });
    const series = async (base: string) =>
      (await ask(base, { query: 'exemplary_total or exemplary_size_bucket' })).data ?? [];
    await eventually(
      'both have them',
      async () => (await series(ours())).length === 4 && (await series(prometheus.url)).length === 4,
      { timeoutMs: 30_000 },
    );
    orders.inc({ labels: { shop: 'a' }, value: 2, exemplarLabels: { trace_id: 'three' } });
    const second = async (base: string) =>
      (await ask(base, { query: 'exemplary_total{shop="a"}' })).data?.[0]?.exemplars.length === 2;
    await eventually('both have the next', async () => (await second(ours())) && (await second(prometheus.url)), {
      timeoutMs: 30_000,
    });

    const now = String(Date.now() / 1_000);
    const questions: Readonly<Record<string, string>>[] = [
      { query: 'exemplary_total' },
      { query: 'histogram_quantile(0.9, sum by (le) (rate(exemplary_size_bucket[5m]))) > bool exemplary_total' },
      { query: '{__name__=~"exemplary.*", shop!="a"}', start: '0', end: now },
      { query: 'exemplary_total', end: '1000' },
      { query: 'nothing' },
      { query: 'sum(' },
      { query: 'exemplary_total', start: now, end: '1' },
      { query: 'exemplary_total', start: 'x' },
    ];
    for (const parameters of questions) {
      const [own, real] = [await ask(ours(), parameters), await ask(prometheus.url, parameters)];
      expect({ parameters, ...own, error: undefined }).toEqual({ parameters, ...real, error: undefined });
    }

    // Prometheus answers 204, without a body, to a query that selects nothing.
    expect(await ask(ours(), { query: '1 + 1' })).toEqual({ status: 'success', data: [] });

    expect(await metrics(port, 'application/openmetrics-text;version=1.0.0')).toMatch(
      /^exemplary_total\{shop="a"\} 5 # \{trace_id="three"\} 2 \d+(\.\d+)?$/m,
    );
    expect(await metrics(port, 'text/plain')).toMatch(/^exemplary_total\{shop="a"\} 5$/m);
  }, 90_000);
});

/** What Prometheus adds to every series that it scrapes. */
function withoutTarget<T extends { readonly seriesLabels: Record<string, string> }>({ seriesLabels, ...rest }: T) {
  const { job: _job, instance: _instance, ...labels } = seriesLabels;
  return { seriesLabels: labels, ...rest };
}

async function ask(base: string, parameters: Readonly<Record<string, string>>): Promise<Answer> {
  const answer = await fetch(`${base}/api/v1/query_exemplars?${new URLSearchParams(parameters)}`, { headers });
  const body = (await answer.json()) as Answer;
  return body.data === undefined ? body : { ...body, data: body.data.map(withoutTarget) };
}

async function metrics(port: number, accept: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { ...headers, accept } })).text();
}
