import { Logger } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { auditChannel, type AuditEvent } from '../src/http/audit-log';
import { RouteAccess } from '../src/http/access.decorator';
import { startApp } from './support/app';
import { asAdmin, asReader } from './support/test-config';

/** Samples and alerts are data, not a change, and are counted; a test of rules keeps nothing. */
const DATA = [
  'AlertmanagerController.post',
  'MetricsController.record',
  'PrometheusWriteController.write',
  'RulesController.test',
];

describe('changes over HTTP', () => {
  let app: NestExpressApplication;
  const events: AuditEvent[] = [];
  const keep = (event: unknown) => events.push(event as AuditEvent);
  beforeAll(async () => {
    app = await startApp();
    auditChannel.subscribe(keep);
  });
  afterAll(async () => {
    auditChannel.unsubscribe(keep);
    await app.close();
  });
  beforeEach(() => events.splice(0));

  const send = (method: 'post' | 'patch' | 'delete', path: string, body?: object | string) => {
    const sent = request(app.getHttpServer())[method](`/performance${path}`).set(asAdmin);
    return typeof body === 'string' ? sent.set('content-type', 'text/plain').send(body) : sent.send(body);
  };

  it('are each one line and one event with who, what, before and after', async () => {
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation();
    const declared = { name: 'audited_total', kind: 'counter', help: 'Audited.', labels: [] };
    await send('patch', '/pools/http', { max: 77 }).expect(200);
    await send('delete', '/pools/http/limits').expect(200);
    await send('post', '/cache/invalidate', { prefix: 'user:' }).expect(200);
    await send('delete', '/cache/entries/one?namespace=default').expect(200);
    await send('post', '/metrics', declared).expect(201);
    await send('post', '/metrics', declared).expect(201); // changes nothing
    await send('post', '/metrics/audited_total/samples', { value: 1, labels: {} }).expect(200);
    await send('delete', '/metrics/audited_total').expect(200);
    await send('post', '/metrics/import', 'imported 1\nbad').expect(200);
    const run = await send('post', '/benchmark', {
      scenario: 'cached-read',
      parameters: { rows: 1_000, reads: 1_000 },
    });
    const lines = log.mock.calls.filter(([, context]) => context === 'Audit' || context === undefined).flat();
    log.mockRestore();
    expect(events.map(({ action, target, before, after }) => ({ action, target, before, after }))).toEqual([
      { action: 'pool.resize', target: 'http', before: { min: 0, max: 100 }, after: { min: 0, max: 77 } },
      { action: 'pool.reset', target: 'http', before: { min: 0, max: 77 }, after: { min: 0, max: 100 } },
      {
        action: 'cache.invalidate',
        target: 'all namespaces {"prefix":"user:"}',
        before: undefined,
        after: { removed: 0, scope: 'memory' },
      },
      {
        action: 'cache.invalidate',
        target: 'default {"keys":["one"]}',
        before: undefined,
        after: { removed: 0, scope: 'memory' },
      },
      {
        action: 'metric.declare',
        target: 'audited_total',
        before: undefined,
        after: expect.objectContaining({ kind: 'counter' }),
      },
      { action: 'metric.remove', target: 'audited_total', before: expect.anything(), after: undefined },
      { action: 'metrics.import', target: 'text', before: undefined, after: { samples: 1, series: 1, rejected: 1 } },
      ...(run.status === 202
        ? [{ action: 'benchmark.start', target: run.body.id, before: undefined, after: expect.anything() }]
        : []),
    ]);
    for (const event of events) {
      expect(event).toMatchObject({ who: expect.stringMatching(/^token \w{12}$/), requestId: expect.any(String) });
      expect(event.address).toMatch(/127\.0\.0\.1$/);
    }
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^pool\.resize http by token \w{12} from \S+: \{"min":0,"max":100\} → \{"min":0,"max":77\}$/,
      ),
    );
  }, 30_000);

  it('that are refused are none', async () => {
    await send('patch', '/pools/http', { min: 5 }).expect(422);
    await send('patch', '/pools/nowhere', { max: 5 }).expect(404);
    await request(app.getHttpServer()).patch('/performance/pools/http').set(asReader).send({ max: 5 }).expect(403);
    expect(events).toEqual([]);
  });

  it('are all audited', () => {
    const reflector = app.get(Reflector);
    const silent: string[] = [];
    for (const { metatype, instance } of app.get(DiscoveryService, { strict: false }).getControllers()) {
      if (!metatype || !instance) continue;
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      for (const method of new MetadataScanner().getAllMethodNames(prototype)) {
        const handler = prototype[method]!;
        if (reflector.getAllAndOverride(RouteAccess, [handler, metatype]) !== 'admin') continue;
        const source = handler.toString();
        if (!/audit\.record\(|this\.invalidate\(/.test(source)) silent.push(`${metatype.name}.${method}`);
      }
    }
    expect(silent.toSorted()).toEqual(DATA.toSorted());
  });
});
