import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { SeriesStore } from '../../src/monitoring/series/series-store';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { inSmallProcess } from '../support/small-process';
import { asAdmin, asReader } from '../support/test-config';
import { seriesNamed } from '../support/selected-series';

describe('importing metrics over HTTP', () => {
  let app: NestExpressApplication;
  const now = Date.now();
  beforeAll(async () => {
    app = await startApp({ MAX_METRICS_PER_TYPE: '50', METRICS_SAMPLE_INTERVAL_SECONDS: '1' });
  });
  afterAll(() => app.close());

  const send = (body: string | Buffer, type = 'text/plain') =>
    request(app.getHttpServer())
      .post('/performance/metrics/import')
      .set(asAdmin)
      .set('content-type', type)
      .serialize((sent) => sent as string)
      .send(body);
  const valuesOf = (name: string) =>
    seriesNamed(app.get(SeriesStore), name).map(({ samples }) => Array.from(samples.values));

  it('takes both formats and says what it took', async () => {
    const text = await send(
      `orders_total{country="de"} 1 ${now - 2_000}\norders_total{country="de"} 2 ${now - 1_000}\nbad`,
    );
    expect(text.status).toBe(200);
    expect(text.body).toMatchObject({ samples: 2, series: 1, rejected: { malformed: 1, too_old: 0 } });
    expect(valuesOf('orders_total')).toEqual([[1, 2]]);
    const type = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
    const open = await send(`# TYPE jobs gauge\njobs 5 ${now / 1_000 - 1}\n# EOF\n`, type);
    expect(open.body).toMatchObject({ samples: 1, series: 1, problems: [] });
  });

  it('does not change what the service says of its own metrics', async () => {
    const metric = 'process_cpu_seconds_total';
    const described = async () => {
      const { body } = await request(app.getHttpServer())
        .get('/performance/prometheus/api/v1/metadata')
        .query({ metric })
        .set(asReader);
      return (body.data as Record<string, { type: string; help: string }[]>)[metric]?.[0];
    };
    await eventually('the metric has been sampled', async () => (await described()) !== undefined);
    const before = await described();
    await send(`# HELP ${metric} All lies\n# TYPE ${metric} gauge\n${metric}{liar="yes"} 1\n`).expect(200);
    expect(await described()).toEqual(before);
    expect(before).toMatchObject({ type: 'counter', help: expect.not.stringContaining('lies') });
  });

  it('caps series without a type on their own', async () => {
    const many = Array.from({ length: 60 }, (_, i) => `untyped_many{i="${i}"} 1`).join('\n');
    const { body } = await send(many);
    expect(body.samples + body.rejected.series_limit).toBe(60);
    expect(body.rejected.series_limit).toBeGreaterThanOrEqual(10);
    expect((await send('# TYPE typed_one gauge\ntyped_one 1\n')).body.samples).toBe(1);
  });

  it('takes gzip, and stops at 16 MB of what comes out of it', async () => {
    await send(gzipSync('zipped 1\n')).set('content-encoding', 'gzip').expect(200);
    const bomb = gzipSync(Buffer.alloc(17 * 1_048_576, 'x 1\n'));
    const { body } = await send(bomb).set('content-encoding', 'gzip').expect(413);
    expect(body.code).toBe('BODY_TOO_LARGE');
    await send('x').set('content-encoding', 'gzip').expect(400);
    await send('x').set('content-encoding', 'br').expect(400);
    await send('x').set('content-encoding', 'zstd').expect(415);
  });

  it('refuses other types, text that is not UTF-8, and readers', async () => {
    await send('{}', 'application/json').expect(415);
    await send(Buffer.from([0x61, 0xff, 0x20, 0x31])).expect(400);
    const reader = await request(app.getHttpServer())
      .post('/performance/metrics/import')
      .set(asReader)
      .set('content-type', 'text/plain')
      .send('a 1');
    expect(reader.status).toBe(403);
  });

  it('lets imports wait while others have all the memory, and refuses who has waited for long', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const head = `POST /performance/metrics/import HTTP/1.1\r\nHost: x\r\nAuthorization: ${asAdmin.authorization}\r\n`;
    const slow = Array.from({ length: 2 }, () => connect(port, '127.0.0.1'));
    for (const client of slow) {
      client.on('error', () => undefined);
      client.write(`${head}Content-Type: text/plain\r\nContent-Length: 16777216\r\n\r\n# the rest is late`);
    }
    try {
      await sleep(100); // they are let in
      const waiting = Array.from({ length: 2 }, () => send('waited 1\n'));
      const [first, second] = await Promise.all(waiting);
      expect([first!.status, second!.status]).toEqual([503, 503]);
      expect(first!.body).toMatchObject({
        code: 'IMPORTS_BUSY',
        detail: 'All imports at a time may have 33554432 bytes, unzipped; this one may need 9.',
      });
      expect(first!.headers['retry-after']).toBe('1');
      const third = send('waited 2\n').then(({ status }) => status);
      slow[0]!.destroy();
      expect(await third).toBe(200);
    } finally {
      for (const client of slow) client.destroy();
    }
  });

  it('takes 16 MB without keeping others waiting', async () => {
    const { heldMs, answeredMeanwhile, sent, ...taken } = await inSmallProcess<Record<string, number>>(
      join(__dirname, 'import-large-body.ts'),
    );
    expect(taken).toEqual({ samples: sent, series: 40, problems: [] });
    expect(answeredMeanwhile).toBeGreaterThan(2);
    expect(heldMs).toBeLessThan(200);
  }, 120_000);
});
