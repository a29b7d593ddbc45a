import { connect } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Gauge, Registry } from 'prom-client';
import request from 'supertest';
import { MetricsService } from '../../src/monitoring/registry/metrics.service';
import { MetricsAnswer } from '../../src/performance/metrics/metrics-answer';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { asAdmin, asReader } from '../support/test-config';

describe('metrics over HTTP', () => {
  let app: NestExpressApplication;
  const api = () => request(app.getHttpServer());
  const text = async () => (await api().get('/metrics').set(asReader).expect(200)).text;
  const metrics = (path: string, accept: string) => api().get(path).set(asReader).set('accept', accept).expect(200);
  beforeAll(async () => {
    app = await startApp({ MAX_METRICS_PER_TYPE: '50' });
  });
  afterAll(() => app.close());

  it('registers a metric, records samples and shows them in every form', async () => {
    const declared = await api()
      .post('/performance/metrics')
      .set(asAdmin)
      .send({ name: 'shop_orders_total', kind: 'counter', help: 'Orders', labels: ['country'] })
      .expect(201);
    expect(declared.body).toMatchObject({ name: 'shop_orders_total', kind: 'counter', labels: ['country'], series: 0 });
    const samples = [
      { value: 2, labels: { country: 'de' } },
      { value: 3, labels: { country: 'fr' } },
    ];
    await api().post('/performance/metrics/shop_orders_total/samples').set(asAdmin).send({ samples }).expect(200);
    const one = { value: 5, labels: { country: 'de' } };
    const answer = await api().post('/performance/metrics/shop_orders_total/samples').set(asAdmin).send(one);
    expect(answer.body).toEqual({ name: 'shop_orders_total', recorded: 1 });

    expect(await text()).toContain('shop_orders_total{country="de"} 7\nshop_orders_total{country="fr"} 3\n');
    const { body: catalogue } = await api().get('/performance/metrics').set(asReader).expect(200);
    expect(catalogue).toContainEqual({
      name: 'shop_orders_total',
      kind: 'counter',
      help: 'Orders',
      unit: null,
      labels: ['country'],
      series: 2,
      latest: [
        { labels: { country: 'de' }, value: 7 },
        { labels: { country: 'fr' }, value: 3 },
      ],
    });
  });

  it('takes back what was declared over HTTP, and nothing else', async () => {
    const declare = (kind: string) =>
      api()
        .post('/performance/metrics')
        .set(asAdmin)
        .send({ name: 'mistake', kind, help: 'Mistake', labels: ['a'] });
    const remove = (name: string) => api().delete(`/performance/metrics/${name}`).set(asAdmin);
    const one = { value: 5, labels: { a: 'x' } };
    await declare('counter').expect(201);
    await api().post('/performance/metrics/mistake/samples').set(asAdmin).send(one).expect(200);
    await declare('gauge').expect(409);
    const removed = await remove('mistake').expect(200);
    expect(removed.body).toMatchObject({ name: 'mistake_total', kind: 'counter', latest: [{ value: 5 }] });
    expect(await text()).not.toContain('mistake');
    await api().post('/performance/metrics/mistake/samples').set(asAdmin).send(one).expect(404);
    expect((await remove('mistake').expect(404)).body.code).toBe('METRIC_UNKNOWN');
    await declare('gauge').expect(201);
    await api().post('/performance/metrics/mistake/samples').set(asAdmin).send(one).expect(200);
    expect(await text()).toContain('mistake{a="x"} 5\n');
    await remove('mistake').expect(200);

    app.get(MetricsService).counter({ name: 'of_code_total', help: 'Of code' });
    expect((await remove('of_code_total').expect(409)).body.code).toBe('METRIC_OF_CODE');
    expect((await remove('process_uptime_seconds').expect(404)).body.code).toBe('METRIC_UNKNOWN');
    await api().delete('/performance/metrics/of_code_total').set(asReader).expect(403);
    expect(await text()).toContain('of_code_total 0\n');
  });

  it('counts the values of a timer exactly at the bounds of its buckets', async () => {
    const timer = { name: 'shop_checkout_seconds', kind: 'timer', help: 'Checkout', buckets: [0.1, 1] };
    await api().post('/performance/metrics').set(asAdmin).send(timer).expect(201);
    const samples = [0.1, 0.100001, 1, 7].map((value) => ({ value }));
    await api().post('/performance/metrics/shop_checkout_seconds/samples').set(asAdmin).send({ samples }).expect(200);
    expect(await text()).toContain(
      [
        '# TYPE shop_checkout_seconds histogram',
        'shop_checkout_seconds_bucket{le="0.1"} 1',
        'shop_checkout_seconds_bucket{le="1"} 3',
        'shop_checkout_seconds_bucket{le="+Inf"} 4',
        'shop_checkout_seconds_sum 8.200001',
        'shop_checkout_seconds_count 4',
      ].join('\n'),
    );
  });

  it('negotiates the text formats, whatever the quality values', async () => {
    const prometheus =
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
    const open = await metrics('/metrics', prometheus);
    expect(open.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const openText = open.body instanceof Buffer ? open.body.toString() : open.text;
    expect(openText).toMatch(/# TYPE shop_orders counter\n[^#]*shop_orders_total\{country="de"\} 7\n/);
    expect(openText).toMatch(/# UNIT shop_checkout_seconds seconds\n/);
    expect(openText.endsWith('# EOF\n')).toBe(true);
    const plain = await metrics('/performance/metrics', 'text/plain;q=0.9, application/json;q=0.2');
    expect(plain.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect((await metrics('/performance/metrics', '*/*')).headers['content-type']).toContain('application/json');
  });

  it('compresses only for those who take it', async () => {
    const packed = await api().get('/metrics').set(asReader).set('accept-encoding', 'gzip').expect(200);
    expect(packed.headers['content-encoding']).toBe('gzip');
    const bare = await api().get('/metrics').set(asReader).set('accept-encoding', 'identity').expect(200);
    expect(bare.headers['content-encoding']).toBeUndefined();
  });

  it.each([
    ['a reserved name', { name: 'import', kind: 'gauge', help: 'x' }, 422],
    ['a name taken by another kind', { name: 'shop_orders_total', kind: 'gauge', help: 'x' }, 409],
    ['a name inside a histogram', { name: 'shop_checkout_seconds_count', kind: 'gauge', help: 'x' }, 409],
    ['a reserved label', { name: 'x_total', kind: 'counter', help: 'x', labels: ['le'] }, 422],
    ['buckets out of order', { name: 'x', kind: 'histogram', help: 'x', buckets: [2, 1] }, 422],
    ['buckets of a counter', { name: 'x_total', kind: 'counter', help: 'x', buckets: [1] }, 400],
    ['an unknown key', { name: 'x_total', kind: 'counter', help: 'x', wrong: 1 }, 400],
  ])('refuses %s', (_, body, status) => api().post('/performance/metrics').set(asAdmin).send(body).expect(status));

  it.each([
    ['a counter that would go back', { value: -1, labels: { country: 'de' } }, 422],
    ['an unknown label', { value: 1, labels: { country: 'de', city: 'Berlin' } }, 422],
    ['a missing label', { value: 1 }, 422],
    ['no number', { value: 'many', labels: { country: 'de' } }, 400],
  ])('refuses %s and records nothing', async (_, bad, status) => {
    const before = await text();
    const samples = [{ value: 1, labels: { country: 'de' } }, bad];
    await api().post('/performance/metrics/shop_orders_total/samples').set(asAdmin).send({ samples }).expect(status);
    const line = /shop_orders_total\{country="de"\} \d+/;
    expect((await text()).match(line)?.[0]).toBe(before.match(line)?.[0]);
  });

  it('knows only registered metrics', () =>
    api().post('/performance/metrics/never_made/samples').set(asAdmin).send({ value: 1 }).expect(404));

  it('sends what is above the cap to one overflow series', async () => {
    const counter = app.get(MetricsService).counter({ name: 'shop_users_total', help: 'Users', labelNames: ['id'] });
    for (let id = 0; id < 200; id++) counter.labels({ id }).inc();
    const lines = (await text()).split('\n').filter((line) => line.startsWith('shop_users_total{'));
    expect(lines.length).toBeLessThanOrEqual(51);
    const values = lines.map((line) => Number(line.split(' ')[1]));
    expect(values.reduce((sum, value) => sum + value, 0)).toBe(200);
    expect(lines.at(-1)).toMatch(/^shop_users_total\{otel_metric_overflow="true"\} 1\d\d$/);
  });

  it('writes a few answers at once, and sends the others away for a second', async () => {
    const collected = Promise.withResolvers<void>();
    const registry = app.get(Registry);
    const slow = new Gauge({ name: 'slow', help: 'Waits', registers: [registry], collect: () => collected.promise });
    slow.set(7);
    const waiting = Array.from({ length: 8 }, () => text());
    const busy = await eventually('all are being written', async () => {
      const answer = await api().get('/metrics').set(asReader).timeout(200);
      return answer.status === 503 ? answer : undefined;
    });
    expect(busy.headers['retry-after']).toBe('1');
    expect(busy.body).toMatchObject({ code: 'METRICS_BUSY' });
    collected.resolve();
    for (const answer of await Promise.all(waiting)) expect(answer).toContain('slow 7');
    registry.removeSingleMetric('slow');
    await text();
  });

  it('is scraped while others take nothing of what they asked for, and whatever parameters are sent', async () => {
    // More than the system keeps for a connection that nobody reads (4 MB), so that every answer stalls.
    const labelNames = Array.from({ length: 5 }, (_, i) => `l${i}`);
    const buckets = Array.from({ length: 100 }, (_, i) => i);
    const wide = app.get(MetricsService).histogram({ name: 'wide', help: 'Wide', labelNames, buckets });
    for (let id = 0; id < 45; id++) {
      wide.labels(Object.fromEntries(labelNames.map((name) => [name, `${id}${'ü'.repeat(120)}`]))).observe(1);
    }
    const { port } = app.getHttpServer().address() as { port: number };
    const readers = app.get(MetricsAnswer)['readers'];
    const stalled = Array.from({ length: 8 }, () => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.pause().on('error', () => undefined);
      const lines = Object.entries(asReader).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`);
      return socket;
    });
    try {
      await eventually('they have all places', () => readers.active === 8);
      for (let scrape = 0; scrape < 2; scrape++) {
        await eventually('a scrape is answered', async () => {
          const answer = await api().get('/metrics?x=1&module[]=y').set(asReader);
          return answer.status === 200;
        });
      }
      // The first scrape needed the place of one of them; those after it found that place free.
      expect(Number(/^monitoring_scrape_readers_cut_total (\d+)$/m.exec(await text())?.[1])).toBe(1);
      expect(readers.active).toBe(7);
    } finally {
      for (const socket of stalled) socket.destroy();
      app.get(MetricsService).remove('wide');
    }
    await eventually('their places are free', () => readers.active === 0);
  });
});
