import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ScheduleModule } from '@nestjs/schedule';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import type { App } from 'supertest/types';
import { AlertingModule } from '../../src/alerting/alerting.module';
import { CacheModule } from '../../src/cache/cache.module';
import { MonitoringModule } from '../../src/monitoring/monitoring.module';
import { PerformanceModule } from '../../src/performance/performance.module';
import { PoolsModule } from '../../src/pools/pools.module';
import { startApp } from '../support/app';
import { createOn, FRAMEWORKS } from '../support/frameworks';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import {
  chunked,
  type Delivery,
  type RawRequest,
  sendForEver,
  sendHalf,
  sendRaw,
  sendThenRead,
} from '../support/raw-http';
import { ADMIN_TOKEN, asReader } from '../support/test-config';
import { type BodyRoute, type BrokenBody, brokenBodies } from './broken-bodies';

const MEGABYTE = 1_048_576;
/** How large a body the routes take that take more than 1 MB (in MB). */
const LARGE: Readonly<Record<string, number>> = { import: 16, write: 8 };
const DELIVERIES: readonly Delivery[] = ['complete', 'in pieces', 'cut off'];

function bodyRoutesOf(document: OpenAPIObject): BodyRoute[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    (['post', 'put', 'patch', 'delete'] as const).flatMap((method) => {
      const body = item[method]?.requestBody;
      if (body === undefined || !('content' in body)) return [];
      return Object.keys(body.content).map((type) => ({
        method: method.toUpperCase(),
        path: path.replaceAll(/\{\w+\}/g, 'unknown'),
        type,
        maxBytes: (LARGE[path.split('/').at(-1)!] ?? 1) * MEGABYTE,
        binary: type === 'application/x-protobuf',
      }));
    }),
  );
}

/** Does it for each body: small ones side by side, of large ones two, since the service bounds the sum of those. */
async function forEachBroken(route: BodyRoute, act: (broken: BrokenBody) => Promise<void>): Promise<void> {
  const bodies = brokenBodies(route);
  const atOnce = route.maxBytes === MEGABYTE ? bodies.length : 2;
  for (let at = 0; at < bodies.length; at += atOnce) await Promise.all(bodies.slice(at, at + atOnce).map(act));
}

function rawRequest({ method, path }: BodyRoute, headers: BrokenBody['headers'], body?: Buffer): RawRequest {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: a', `Authorization: Bearer ${ADMIN_TOKEN}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  return { head: `${lines.join('\r\n')}\r\n\r\n`, ...(body && { body }) };
}

const begun = (route: BodyRoute, headers: BrokenBody['headers'], body: string) =>
  rawRequest(route, { 'content-type': route.type, ...headers }, Buffer.from(body, 'latin1'));

describe('bodies that are broken, late, endless or not what they say (e2e)', () => {
  let app: NestExpressApplication;
  let port: number;
  let routes: BodyRoute[];
  noUnhandledRejections();
  beforeAll(async () => {
    app = await startApp();
    ({ port } = app.getHttpServer().address() as AddressInfo);
    routes = bodyRoutesOf((await request(app.getHttpServer()).get('/docs-json')).body as OpenAPIObject);
  });
  afterAll(() => app.close());
  /** Each was handled where it belongs; the last resort is not for them. */
  afterEach(async () => {
    const { text } = await request(app.getHttpServer()).get('/metrics').set(asReader).expect(200);
    const counts = text.match(/^http_server_unhandled_errors_total\{.*$/gm)!;
    expect(counts).toHaveLength(4);
    expect(counts.filter((line) => !line.endsWith(' 0'))).toEqual([]);
  });

  it('go to every route that reads one', () => {
    const found = routes.map(({ method, path, type }) => `${method} ${path} ${type}`);
    expect(found).toEqual(
      expect.arrayContaining([
        'POST /performance/metrics/import text/plain',
        'POST /performance/metrics/import application/openmetrics-text',
        'POST /performance/prometheus/api/v1/query application/x-www-form-urlencoded',
        'POST /performance/benchmark application/json',
        'PATCH /performance/pools/unknown application/json',
      ]),
    );
    expect(found.length).toBeGreaterThanOrEqual(10);
  });

  it.each(DELIVERIES)(
    'are refused once, with their reason, when sent %s',
    async (delivery) => {
      for (const route of routes) {
        await forEachBroken(route, async ({ name, headers, body, status, code }) => {
          const answers = await sendRaw(port, rawRequest(route, headers, body), delivery);
          if (delivery === 'cut off') return; // nobody is there to be told
          const told = answers.map((answer) => [answer.status, (JSON.parse(answer.body) as { code?: string }).code]);
          expect([route.path, route.type, name, told]).toEqual([route.path, route.type, name, [[status, code]]]);
        });
      }
      await request(app.getHttpServer()).get('/livez').expect(200);
    },
    300_000,
  );

  describe('when the rest of them', () => {
    beforeEach(() => Object.assign(app.getHttpServer(), { headersTimeout: 300, requestTimeout: 300 }));
    afterEach(() => Object.assign(app.getHttpServer(), { headersTimeout: 10_000, requestTimeout: 60_000 }));

    it.each([
      ['with a length', { 'content-length': '1000' }, '{"a":'],
      ['in chunks', { 'transfer-encoding': 'chunked' }, '5\r\n{"a":'],
      ['zipped', { 'content-length': '1000', 'content-encoding': 'gzip' }, '\x1f\x8b'],
    ] as const)('never comes (%s) are given up on in time', async (_, headers, body) => {
      const answered = routes.map(async (route) => {
        const answers = await sendRaw(port, begun(route, headers, body));
        return answers.map((answer) => [answer.status, (JSON.parse(answer.body) as { code: string }).code]);
      });
      expect(await Promise.all(answered)).toEqual(routes.map(() => [[408, 'REQUEST_TIMEOUT']]));
    });

    it('is cut off by a client that still reads are refused', async () => {
      const answered = routes.map((route) => sendHalf(port, begun(route, { 'content-length': '1000' }, '{"a":')));
      for (const answers of await Promise.all(answered)) {
        expect(answers.map(({ status }) => status)).toEqual([400]);
      }
    });

    it('goes on for ever where nobody may send them are answered at once, and cut off in time', async () => {
      const sent = routes.map((route) => {
        const { head } = rawRequest(route, { 'content-type': route.type, 'transfer-encoding': 'chunked' });
        return sendForEver(port, head.replace(ADMIN_TOKEN, 'wrong-token-0123456789'));
      });
      for (const { answers, ended } of await Promise.all(sent)) {
        // Past the limit of guesses the answer to one more is 429.
        expect([answers.map(({ status }) => (status === 429 ? 401 : status)), ended]).toEqual([[401], true]);
      }
    });
  });

  it('are refused in a way that the client can read, also when the connection closes with the answer', async () => {
    const body = chunked(Buffer.alloc(40 * MEGABYTE, 'x 1\n'));
    for (const route of routes) {
      const headers = { 'content-type': route.type, 'transfer-encoding': 'chunked', connection: 'close' };
      const answers = await sendThenRead(port, rawRequest(route, headers, body));
      expect([route.path, answers.map(({ status }) => status)]).toEqual([route.path, [413]]);
    }
  });

  it('leave the connection usable once they were refused as a whole', async () => {
    for (const route of routes) {
      const wrong = { 'content-type': route.type, 'content-length': '5', 'content-encoding': 'gzip' };
      const next = 'GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
      const answers = await sendRaw(port, rawRequest(route, wrong, Buffer.from(`12345${next}`)), 'complete', 2);
      expect([route.path, answers.map(({ status }) => status)]).toEqual([route.path, [400, 200]]);
    }
  });
});

describe.each(FRAMEWORKS)('such bodies in another application on %s (e2e)', (framework) => {
  let app: INestApplication<App>;
  let port: number;
  let routes: BodyRoute[];
  noUnhandledRejections();
  beforeAll(async () => {
    const imports = [
      ScheduleModule.forRoot(),
      CacheModule.forRoot(),
      PoolsModule.forRoot({}),
      MonitoringModule.forRoot({}),
      AlertingModule.forRoot({}),
      PerformanceModule.forRoot({ access: 'open' }),
    ];
    app = createOn(framework, await Test.createTestingModule({ imports }).compile());
    await app.listen(0, '127.0.0.1');
    ({ port } = (app.getHttpServer() as Server).address() as AddressInfo);
    routes = bodyRoutesOf(SwaggerModule.createDocument(app, new DocumentBuilder().build()));
  });
  afterAll(() => app.close());

  it.each(DELIVERIES)(
    'are refused once when sent %s, and none reaches the last resort',
    async (delivery) => {
      expect(routes.length).toBeGreaterThanOrEqual(10);
      for (const route of routes) {
        // Of remote write its encoding is part of what it reads.
        const readByUs = route.path.endsWith('/import') || (framework === 'fastify' && !route.path.endsWith('/write'));
        await forEachBroken(route, async ({ name, headers, body, status }) => {
          const answers = await sendRaw(port, rawRequest(route, headers, body), delivery);
          if (delivery === 'cut off') return;
          // On Express other bodies are read by the parsers of the application, which are less strict.
          const told = answers.map((answer) => (readByUs || answer.status >= 500 ? answer.status : 'an answer'));
          expect([route.path, name, told]).toEqual([route.path, name, [readByUs ? status : 'an answer']]);
        });
      }
      const { text } = await request(app.getHttpServer()).get('/metrics').expect(200);
      expect(text.match(/^http_server_unhandled_errors_total\{.*\} 0$/gm)).toHaveLength(4);
    },
    300_000,
  );
});
