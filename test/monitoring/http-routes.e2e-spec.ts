import { connect } from 'node:net';
import { Controller, Get, Logger, Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import express, { type Request, type Response } from 'express';
import { Registry } from 'prom-client';
import request from 'supertest';
import { CommonModule } from '../../src/common/common.module';
import { RouteAccess } from '../../src/http/access.decorator';
import { MetricsService, nameRoute } from '../../src/monitoring';
import { MonitoringModule } from '../../src/monitoring/monitoring.module';
import { eventually } from '../support/eventually';
import { testConfig } from '../support/test-config';

const MAX_LABEL_SETS = 40;

@Controller('shop')
@RouteAccess('public')
class ShopController {
  @Get('items/:id')
  item(): string {
    return 'an item';
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

const answer = (_: Request, response: Response) => void response.send('ok');
const fail = () => {
  throw new Error('on purpose');
};

/** Everything that answers without a controller: routers below parameters, files, a mounted application, RegExp routes. */
function addHandlers(app: NestExpressApplication): void {
  const users = express.Router().get('/users/:user', answer).get('/', answer).get('/broken', fail);
  app.use('/tenants/:tenant', express.Router({ mergeParams: true }).use('/v1', users));
  app.use('/v2/:realm', users);
  const mounted = express().get('/inside/:id', answer);
  app.use('/mounted/:space', mounted);
  app.use('/assets', express.static(__dirname));
  app.use('/graphql', (incoming: Request, response: Response) => {
    nameRoute(incoming, 'query Basket');
    response.send('{}');
  });
  app.use('/named', (incoming: Request, response: Response) => {
    nameRoute(incoming, String(incoming.query['name']));
    response.send('');
  });
  app.use(
    express.static(`${__dirname}/../fixtures/system/v2-container`, {
      setHeaders: (response) => nameRoute((response as Response).req, 'static'),
    }),
  );
  app.use((incoming: Request, response: Response, next: () => void) => {
    if (incoming.path === '/refused') response.sendStatus(401);
    else next();
  });
  app
    .getHttpAdapter()
    .getInstance()
    .get(/^\/reg(exp)+$/, answer);
}

describe('the route that a request is counted under', () => {
  let app: NestExpressApplication;
  let warnings: jest.SpyInstance;
  const api = () => request(app.getHttpServer());
  const lines = async () => (await app.get(Registry).metrics()).split('\n');
  const bounds = async (name: string) =>
    new Set(
      (await lines()).flatMap((line) =>
        line.startsWith(`${name}_bucket{`) ? (/le="(.*?)"/.exec(line)?.[1] ?? []) : [],
      ),
    );
  const counted = async (labels: Record<string, string>): Promise<number> => {
    let sum = 0;
    for (const line of await lines()) {
      if (!line.startsWith('http_server_request_duration_seconds_count{')) continue;
      if (Object.entries(labels).every(([name, value]) => line.includes(`${name}="${value}"`))) {
        sum += Number(line.slice(line.lastIndexOf(' ')));
      }
    }
    return sum;
  };
  const countedRoute = (route: string, status = '200') =>
    counted({ http_route: route, http_response_status_code: status });

  beforeAll(async () => {
    warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const { monitoring } = testConfig();
    const module = await Test.createTestingModule({
      imports: [
        CommonModule,
        ScheduleModule.forRoot(),
        MonitoringModule.forRoot({
          ...monitoring,
          maxSeriesPerMetric: MAX_LABEL_SETS,
          durationBucketsMs: [0.3, 20_000],
        }),
        ShopModule,
      ],
    }).compile();
    app = module.createNestApplication<NestExpressApplication>({ logger: false, forceCloseConnections: true });
    addHandlers(app);
    Object.assign(app.getHttpServer(), { headersTimeout: 1_000, connectionsCheckingInterval: 100 });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    warnings.mockRestore();
    await app.close();
  });

  it.each([
    ['/shop/items/:id', '/shop/items/7', '/shop/items/8'],
    ['/tenants/:tenant/v1/users/:user', '/tenants/a/v1/users/1', '/tenants/b/v1/users/2'],
    ['/tenants/:tenant/v1', '/tenants/a/v1', '/tenants/b/v1/'],
    ['/v2/:realm/users/:user', '/v2/a/users/1', '/v2/b/users/2'],
    ['/mounted/:space/inside/:id', '/mounted/a/inside/1', '/mounted/b/inside/2'],
    ['/assets', '/assets/http-routes.e2e-spec.ts', '/assets/alerts.e2e-spec.ts'],
    ['static', '/proc/stat', '/proc/meminfo'],
    ['query Basket', '/graphql', '/graphql/x'],
    ['/^\\\\/reg(exp)+$/', '/regexp', '/regexpexp'],
  ])('is %s for %s', async (route, ...paths) => {
    const before = await countedRoute(route);
    for (const path of paths) await api().get(path).expect(200);
    expect(await countedRoute(route)).toBe(before + paths.length);
  });

  it('has durations in the buckets that the options give, and so have timers', async () => {
    await api().get('/shop/items/7').expect(200);
    expect(await bounds('http_server_request_duration_seconds')).toEqual(new Set(['0.0003', '20', '+Inf']));
    app.get(MetricsService).timer({ name: 'work_seconds', help: 'Work' }).start()();
    expect(await bounds('work_seconds')).toEqual(new Set(['0.0003', '20', '+Inf']));
  });

  it('is that of the route also where its error is handled above', async () => {
    await api().get('/tenants/a/v1/broken').expect(500);
    expect(await countedRoute('/tenants/:tenant/v1/broken', '500')).toBe(1);
  });

  it('tells what a middleware answers from what nothing does', async () => {
    await api().get('/refused').expect(401);
    await api().get('/nowhere').expect(404);
    expect(await countedRoute('middleware', '401')).toBe(1);
    expect(await countedRoute('unmatched', '404')).toBe(1);
  });

  it.each([
    ['400', 'GET / HTTP/1.1\r\nnot a header\r\n\r\n'],
    ['431', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['408', 'GET / HTTP/1.1\r\nHost: x\r\n'],
  ])("counts Node's own %s, and leaves the answer to Node", async (status, sent) => {
    const { port } = app.getHttpServer().address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    let answered = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answered += text));
    socket.on('error', () => undefined);
    socket.write(sent);
    await eventually('the answer', async () => answered.startsWith(`HTTP/1.1 ${status} `));
    expect(await countedRoute('unmatched', status)).toBe(1);
  });

  it('has no more combinations than one metric may have, says so once, and counts the others together', async () => {
    const sent = MAX_LABEL_SETS + 20;
    for (let i = 0; i < sent; i++) await api().get(`/named?name=n${i}`).expect(200);
    const series = (await lines()).filter((line) => line.startsWith('http_server_request_duration_seconds_count'));
    expect(series.length).toBeLessThanOrEqual(MAX_LABEL_SETS + 1);
    expect(await counted({ http_route: '_OTHER' })).toBeGreaterThanOrEqual(20);
    await api().get('/shop/items/7').expect(200);
    const said = warnings.mock.calls.filter(([text]) => String(text).includes('http_server_request_duration_seconds'));
    expect(said).toHaveLength(1);
    expect(said[0][0]).toMatch(/maxSeriesPerMetric/);
  });
});
