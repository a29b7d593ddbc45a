import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { AlertsService } from '../../src/alerting/alerts.service';
import { SeriesImporter } from '../../src/monitoring/series/import/series-importer';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { asReader } from '../support/test-config';

describe('alerts over HTTP', () => {
  let app: NestExpressApplication;
  const get = async (path: string) =>
    (await request(app.getHttpServer()).get(path).set(asReader).expect(200)).body as unknown;
  beforeAll(async () => {
    app = await startApp({
      METRICS_SAMPLE_INTERVAL_SECONDS: '3600', // what the machine does stays out of it
      ALERT_CPU_FOR_SECONDS: '0',
      ALERT_CPU_WARNING_PERCENT: '80',
      ALERT_CPU_CRITICAL_PERCENT: '90',
    });
  });
  afterAll(() => app.close());

  it('shows what is quiet, then what fires and what that inhibits, here and in the API of Prometheus', async () => {
    const busy = (ratio: number) =>
      app.get(SeriesImporter).import(Buffer.from(`container_cpu_utilization_ratio ${ratio}\n`), 'text');
    expect(await get('/performance/alerts')).toEqual([]);
    await busy(0.5);
    await app.get(AlertsService).evaluate();
    const quiet = { name: 'HighCpuUsage', state: 'inactive', value: 0.5, since: null, labels: {} };
    expect(await get('/performance/alerts')).toMatchObject([
      { ...quiet, severity: 'warning', threshold: 0.8 },
      { ...quiet, severity: 'critical', threshold: 0.9 },
    ]);
    for (let i = 0; i < 20; i++) {
      await busy(1);
      await new Promise((resolve) => setTimeout(resolve, 2)); // samples of one series need different times
    }
    await eventually('the critical alert fires', async () => {
      await app.get(AlertsService).evaluate();
      return app.get(AlertsService).list()[1]!.state === 'firing';
    });
    expect(await get('/performance/alerts')).toMatchObject([
      { severity: 'warning', state: 'inhibited', since: expect.stringMatching(/Z$/) },
      { severity: 'critical', state: 'firing', summary: expect.stringContaining('90 %') },
    ]);
    expect(await get('/performance/alerts/history')).toMatchObject([
      { severity: 'critical', from: 'inactive', to: 'firing' },
      { severity: 'warning', from: 'inactive', to: 'firing' },
    ]);
    expect(await get('/performance/prometheus/api/v1/alerts')).toMatchObject({
      status: 'success',
      data: { alerts: [{ state: 'firing', labels: { alertname: 'HighCpuUsage', severity: 'warning' } }, {}] },
    });
    expect(await get('/performance/prometheus/api/v1/rules')).toMatchObject({
      data: {
        groups: [
          {
            rules: [
              { health: 'ok', state: 'firing' },
              { health: 'ok', state: 'firing' },
            ],
          },
        ],
      },
    });
  });
});
