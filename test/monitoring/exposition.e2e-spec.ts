import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { MetricsService } from '../../src/monitoring/registry/metrics.service';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { asReader, READ_TOKEN } from '../support/test-config';

interface QueryAnswer {
  readonly data: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
  };
}

describe('the exposition', () => {
  let app: NestExpressApplication;
  beforeAll(async () => {
    app = await startApp();
    const metrics = app.get(MetricsService);
    const counter = metrics.counter({
      name: 'odd_labels_total',
      help: 'Has a \\ and a\nline break',
      labelNames: ['text'],
    });
    counter.labels({ text: 'quote " backslash \\ newline \n umlaut ü' }).inc(3);
    metrics.gauge({ name: 'odd_values', help: 'No number' }).set(Number.NaN);
    const timer = metrics.timer({ name: 'odd_seconds', help: 'Durations', buckets: [0.1, 1] });
    for (const seconds of [0.1, 0.5, 3]) timer.labels({}).observe(seconds);
  });
  afterAll(() => app.close());

  it('says in OpenMetrics when counters and histograms that this process counts came into being', async () => {
    const { text } = await request(app.getHttpServer())
      .get('/metrics')
      .set({ ...asReader, accept: 'application/openmetrics-text' })
      .expect(200);
    expect(text).toMatch(/^odd_seconds_count 3\nodd_seconds_created \d{10}(\.\d+)?$/m);
    expect(text).toMatch(/^odd_labels_total\{.+\} 3\nodd_labels_created\{.+\} \d{10}(\.\d+)?$/m);
    expect(text).not.toContain('odd_values_created');
    expect(text).not.toContain('process_cpu_seconds_created');
  });

  it('passes promtool check metrics without a word', async () => {
    const server = app.getHttpServer();
    await request(server).get('/performance/metrics').set(asReader).expect(200);
    await request(server).get('/nowhere').expect(404);
    const { text } = await request(server).get('/metrics').set(asReader).expect(200);
    const check = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8', timeout: 20_000 });
    expect(check.error).toBeUndefined();
    expect(check.stdout + check.stderr).toBe('');
    expect(check.status).toBe(0);
  });

  it('is scraped by a real Prometheus, as OpenMetrics and as text', async () => {
    const { port } = app.getHttpServer().address() as { port: number };
    // Prometheus always asks for OpenMetrics; a relay in between asks for the text instead.
    const relay = await textOnlyRelay(port);
    const prometheus = await startPrometheus({ openmetrics: port, text: relay.port });
    try {
      for (const job of ['openmetrics', 'text']) {
        await eventually(
          `${job} is scraped`,
          async () => (await prometheus.query(`up{job="${job}"} == 1`)).length === 1,
          { timeoutMs: 45_000, everyMs: 200 },
        );
        const [odd] = await prometheus.query(`odd_labels_total{job="${job}"}`);
        expect(odd!.metric['text']).toBe('quote " backslash \\ newline \n umlaut ü');
        expect(odd!.value[1]).toBe('3');
        const [median] = await prometheus.query(`histogram_quantile(0.5, odd_seconds_bucket{job="${job}"})`);
        expect(Number(median!.value[1])).toBeCloseTo(0.55);
        expect((await prometheus.query(`odd_values{job="${job}"}`))[0]!.value[1]).toBe('NaN');
        const own = await prometheus.query(`{__name__=~"(process|nodejs|v8js|system)_.+",job="${job}"}`);
        expect(own.length).toBeGreaterThan(40);
      }
    } finally {
      await prometheus.stop();
      await relay.close();
    }
  }, 60_000);
});

/** A Prometheus of its own that scrapes the ports every three seconds, each as a job of that name. */
async function startPrometheus(ports: Readonly<Record<string, number>>) {
  const folder = await mkdtemp(join(tmpdir(), 'scrape-'));
  const own = await freePort();
  const config = {
    // Long enough for a busy machine: one scrape that is late makes the series of the one before stale.
    global: { scrape_interval: '3s', scrape_timeout: '3s' },
    scrape_configs: Object.entries(ports).map(([job_name, port]) => ({
      job_name,
      authorization: { credentials: READ_TOKEN },
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
    })),
  };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const storage = `--storage.tsdb.path=${folder}/data`;
  const flags = [`--config.file=${folder}/prometheus.yml`, storage, `--web.listen-address=127.0.0.1:${own}`];
  const child = spawn('prometheus', flags, { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    async query(expression: string): Promise<QueryAnswer['data']['result']> {
      const url = `http://127.0.0.1:${own}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      return ((await answer.json()) as QueryAnswer).data.result;
    },
    async stop(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Passes scrapes on with an Accept header that takes nothing but the text format. */
async function textOnlyRelay(port: number): Promise<{ port: number; close: () => Promise<unknown> }> {
  const relay = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const headers = { authorization: incoming.headers.authorization ?? '', accept: 'text/plain;version=0.0.4' };
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers, signal: AbortSignal.timeout(10_000) });
    outgoing.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    outgoing.end(await answer.text());
  };
  // What fails is a scrape that fails, of which there may be some.
  const server = createServer((incoming, outgoing) => void relay(incoming, outgoing).catch(() => outgoing.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
