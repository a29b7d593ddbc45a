import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { AlertsService } from '../../src/alerting/alerts.service';
import { SeriesImporter } from '../../src/monitoring/series/import/series-importer';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { asAdmin, asReader } from '../support/test-config';

describe('alerts over HTTP', () => {
  let app: NestExpressApplication;
  const get = async (path: string, status = 200) =>
    (await request(app.getHttpServer()).get(path).set(asReader).expect(status)).body as unknown;
  beforeAll(async () => {
    app = await startApp({
      METRICS_SAMPLE_INTERVAL_SECONDS: '3600', // what the machine does stays out of it
      ALERT_CPU_FOR_SECONDS: '0',
      ALERT_CPU_WARNING_PERCENT: '80',
      ALERT_CPU_CRITICAL_PERCENT: '90',
      ALERT_EXTERNAL_URL: 'https://gateway.example.org/',
    });
  });
  afterAll(() => app.close());
  const busy = (ratio: number) =>
    app.get(SeriesImporter).import(Buffer.from(`container_cpu_utilization_ratio ${ratio}\n`), 'text');

  it('shows what is quiet, then what fires and what that inhibits, here and in the API of Prometheus', async () => {
    const cpu = '/performance/alerts?name=HighCpuUsage';
    await busy(0.5);
    await app.get(AlertsService).evaluate();
    const quiet = { name: 'HighCpuUsage', state: 'inactive', value: 0.5, since: null, labels: {}, unknown: null };
    expect(await get(cpu)).toMatchObject([
      { ...quiet, severity: 'warning', threshold: 0.8 },
      { ...quiet, severity: 'critical', threshold: 0.9 },
    ]);
    for (let i = 0; i < 20; i++) {
      await busy(1);
      await new Promise((resolve) => setTimeout(resolve, 2)); // samples of one series need different times
    }
    await eventually('the critical alert fires', async () => {
      await app.get(AlertsService).evaluate();
      return app
        .get(AlertsService)
        .active()
        .some(({ severity, state }) => severity === 'critical' && state === 'firing');
    });
    expect(await get(cpu)).toMatchObject([
      { severity: 'warning', state: 'inhibited', since: expect.stringMatching(/Z$/) },
      { severity: 'critical', state: 'firing', summary: expect.stringContaining('90 %') },
    ]);
    expect(await get('/performance/alerts?state=firing&severity=critical')).toHaveLength(1);
    const history = '/performance/alerts/history?name=HighCpuUsage';
    const events = (await get(history)) as { id: string }[];
    expect(events).toMatchObject([
      { severity: 'critical', from: 'inactive', to: 'firing' },
      { severity: 'warning', from: 'inactive', to: 'firing' },
    ]);
    expect(await get(`${history}&limit=1`)).toEqual([events[0]]);
    expect(await get(`${history}&before=${events[0]!.id}`)).toEqual([events[1]]);
    expect(await get(`${history}&until=2020-01-01T00:00:00Z`)).toEqual([]);
    const { data } = (await get('/performance/prometheus/api/v1/alerts')) as { data: { alerts: { labels: object }[] } };
    expect(data.alerts.map(({ labels }) => labels)).toEqual(
      expect.arrayContaining([
        { alertname: 'HighCpuUsage', severity: 'warning' },
        { alertname: 'Watchdog', severity: 'none' },
      ]),
    );
    expect(await get('/performance/prometheus/api/v1/rules')).toMatchObject({
      data: {
        groups: expect.arrayContaining([
          expect.objectContaining({
            name: 'machine',
            rules: expect.arrayContaining([
              expect.objectContaining({ health: 'ok', state: 'firing', name: 'HighCpuUsage' }),
            ]),
          }),
        ]),
      },
    });
  });

  it('runs unit tests of rules', async () => {
    const tests =
      'rule_files: [r]\ntests: [{ promql_expr_test: [{ expr: r, eval_time: 1m, exp_samples: [{ labels: r, value: 2 }] }] }]';
    const run = async (rules: string) => {
      const body = { tests, files: { r: `groups: [{ name: g, rules: [${rules}] }]` } };
      const api = request(app.getHttpServer());
      return (await api.post('/performance/alerts/rules/test').set(asAdmin).send(body).expect(200)).body as unknown;
    };
    expect(await run('{ record: r, expr: vector(2) }')).toEqual({ passed: true, failures: [] });
    expect(await run('{ record: r, expr: vector(3) }')).toMatchObject({
      passed: false,
      failures: [expect.stringContaining('got')],
    });
    expect(await run('{ record: r }')).toMatchObject({ passed: false, failures: [expect.stringContaining('expr')] });
  });

  it('takes groups of rules, refuses what promtool would, and gives them back', async () => {
    const api = request(app.getHttpServer());
    const path = '/performance/alerts/rules/mine';
    const group = {
      interval: '30s',
      rules: [{ alert: 'Mine', expr: 'mine > 1', for: '1m', labels: { severity: 'page' } }],
    };
    await api.put(path).set(asReader).send(group).expect(403);
    const put = await api.put(path).set(asAdmin).send(group).expect(200);
    expect(put.body).toMatchObject({
      name: 'mine',
      source: 'api:mine',
      intervalSeconds: 30,
      rules: [{ forSeconds: 60 }],
    });
    expect(await get(path)).toMatchObject({ name: 'mine' });
    expect(await get('/performance/alerts?name=Mine')).toMatchObject([{ severity: 'page', state: 'inactive' }]);
    const bad = { rules: [{ alert: 'Mine', expr: 'sum(' }] };
    const refused = await api.put(path).set(asAdmin).send(bad).expect(400);
    expect(refused.body).toMatchObject({ code: 'ALERT_RULES_INVALID', detail: expect.stringContaining('parse error') });
    expect(await get('/performance/alerts?name=Mine')).toHaveLength(1);
    await api.delete(path).set(asAdmin).expect(204);
    await api.delete(path).set(asAdmin).expect(404);
    expect(await get('/performance/alerts?name=Mine')).toEqual([]);
    await get(path, 404);
  });

  it('tries a group over the kept history, and sets nothing', async () => {
    const api = request(app.getHttpServer());
    const path = '/performance/alerts/rules/tried?test=true';
    const group = { interval: '10s', rules: [{ alert: 'Tried', expr: 'vector(1)', labels: { severity: 'page' } }] };
    await api.put(path).set(asReader).send(group).expect(403);
    const { body } = await api.put(path).set(asAdmin).send(group).expect(200);
    expect(body).toMatchObject({ intervalSeconds: 10, notifications: { count: expect.any(Number) } });
    const { from, until, rules } = body as { from: string; until: string; rules: { alerts: object[] }[] };
    expect(Date.parse(from)).toBeLessThanOrEqual(Date.parse(until));
    const labels = { alertname: 'Tried', severity: 'page' };
    const alert = { labels, pendingSince: from, from, until: null, peak: 1 };
    expect(rules).toMatchObject([{ name: 'Tried', failedEvaluations: 0, fired: 1, endedPending: 0, alerts: [alert] }]);
    await get('/performance/alerts/rules/tried', 404);
    const bad = { rules: [{ alert: 'Tried', expr: 'sum(' }] };
    await api.put(path).set(asAdmin).send(bad).expect(400);
    await api.put('/performance/alerts/rules/tried?test=yes').set(asAdmin).send(group).expect(400);
  });

  it('serves the page that each shipped alert links to, to whoever is woken', async () => {
    const groups = (await get('/performance/alerts/rules')) as {
      source: string;
      rules: { name: string; annotations: { runbook_url: string } }[];
    }[];
    const rules = groups.flatMap((group) => (group.source === 'built-in' ? group.rules : []));
    expect(rules.length).toBeGreaterThan(30);
    for (const { name, annotations } of rules) {
      expect(annotations.runbook_url).toBe(`https://gateway.example.org/performance/runbooks/${name}`);
      const { pathname } = new URL(annotations.runbook_url);
      const page = await request(app.getHttpServer())
        .get(pathname)
        .expect(200)
        .expect('content-type', /^text\/html/);
      expect(page.text).toContain(`<h1>${name}</h1>`);
      expect(page.text).toContain('<h2>What to do</h2>');
    }
    await request(app.getHttpServer()).get('/performance/runbooks/None').expect(404);
    await request(app.getHttpServer()).get('/performance/runbooks/AlertRulesUnknown').expect(200);
  });
});
