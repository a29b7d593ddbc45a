import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  Module,
  type NestInterceptor,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { map, type Observable, of } from 'rxjs';
import request from 'supertest';
import type { App } from 'supertest/types';
import { AlertingModule } from '../src/alerting/alerting.module';
import { CacheModule } from '../src/cache/cache.module';
import { configureHttp } from '../src/http';
import { ValidationPipe } from '../src/http/validation.pipe';
import { MonitoringModule } from '../src/monitoring/monitoring.module';
import { PerformanceModule, type PerformanceModuleExtras } from '../src/performance/performance.module';
import { PoolsModule } from '../src/pools/pools.module';
import { createOn, FRAMEWORKS, initialized } from './support/frameworks';

const HTML = 'text/html,*/*;q=0.8';

describe.each(FRAMEWORKS)('the overview and the dashboard in another application on %s', (framework) => {
  let app: INestApplication<App>;
  afterEach(() => app?.close());

  async function start(options: PerformanceModuleExtras, prefix = ''): Promise<void> {
    const rooms = [
      CacheModule.forRoot(),
      PoolsModule.forRoot({}),
      MonitoringModule.forRoot({}),
      AlertingModule.forRoot({}),
    ];
    const module = await Test.createTestingModule({
      imports: [ScheduleModule.forRoot(), ...rooms, PerformanceModule.forRoot(options)],
    }).compile();
    app = await initialized(createOn(framework, module).setGlobalPrefix(prefix));
  }
  const get = (path: string, accept = 'application/json') =>
    request(app.getHttpServer()).get(path).set('accept', accept).expect(200);

  it.each([
    ['', '/performance'],
    ['/api/v1', '/api/v1/performance'],
  ])('link only to what is there (prefix "%s")', async (prefix, path) => {
    await start({}, prefix);
    const { body } = await get(path);
    expect(body.name).toBe('performance-gateway');
    expect(body.links).not.toHaveProperty('docs');
    for (const [name, link] of Object.entries(body.links as Record<string, string>)) {
      const { status } = await request(app.getHttpServer()).get(link);
      expect([name, status]).toEqual([name, name === 'prometheus' ? 400 : 200]);
    }
    expect((await get(`${path}/dashboard`, HTML)).text).toContain('data-api=""');
  });

  it.each([
    ['', '../reference/api'],
    ['api/v1', '../../../reference/api'],
  ])('have its name and description (prefix "%s")', async (prefix, href) => {
    await start({ name: 'Shop <$&>', docs: '/reference/api' }, prefix);
    const at = prefix === '' ? '/performance' : `/${prefix}/performance`;
    expect((await get(at)).body).toMatchObject({ name: 'Shop <$&>', links: { docs: '/reference/api' } });
    const { text } = await get(`${at}/dashboard`, HTML);
    expect(text).toContain('<title>Shop &lt;$&amp;></title>');
    expect(text).toContain(`data-api="${href}"`);
    expect(new URL(href, `http://host${at}/dashboard`).pathname).toBe('/reference/api');
    expect(text).not.toContain('{{');
  });
});

describe.each(FRAMEWORKS)('two applications in one process on %s', (framework) => {
  const apps: INestApplication<App>[] = [];
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
    jest.restoreAllMocks();
  });

  async function start(performance: DynamicModule): Promise<INestApplication<App>> {
    const rooms = [CacheModule.forRoot(), PoolsModule.forRoot({}), MonitoringModule.forRoot({})];
    const imports = [ScheduleModule.forRoot(), ...rooms, AlertingModule.forRoot({}), performance];
    const app = createOn(framework, await Test.createTestingModule({ imports }).compile());
    apps.push(app);
    return initialized(app);
  }

  it('have each what its own options say', async () => {
    const validating = await start(PerformanceModule.forRoot({ name: 'one' }));
    const bare = await start(PerformanceModule.forRoot({ name: 'other', httpDefaults: false }));
    const again = await start(PerformanceModule.forRoot());
    const path = '/performance/cache?unknown=1';
    for (const app of [validating, again]) {
      const { body } = await request(app.getHttpServer()).get(path).expect(400);
      expect(body.code).toBe('VALIDATION_FAILED');
    }
    await request(bare.getHttpServer()).get(path).expect(200);
    const { body } = await request(bare.getHttpServer()).get('/performance').expect(200);
    expect(body.name).toBe('other');
  });

  it('check an argument once', async () => {
    const checked = jest.spyOn(ValidationPipe.prototype, 'transform');
    PerformanceModule.forRoot();
    PerformanceModule.forRoot();
    const app = await start(PerformanceModule.forRoot());
    await request(app.getHttpServer()).get('/performance/cache/entries?limit=5').expect(200);
    expect(checked).toHaveBeenCalledTimes(1);
  });

  it('describe the same operations in OpenAPI, whatever the options', async () => {
    const [own, global] = [
      await start(PerformanceModule.forRoot()),
      await start(PerformanceModule.forRoot({ httpDefaults: false })),
    ];
    const documents = [own, global].map((app) => SwaggerModule.createDocument(app, new DocumentBuilder().build()));
    expect(documents[0]!.paths).toEqual(documents[1]!.paths);
    expect(Object.keys(documents[0]!.paths).length).toBeGreaterThan(20);
  });

  it('refuse the module without its options', async () => {
    await expect(start({ module: PerformanceModule })).rejects.toThrow(/imported without forRoot/);
  });
});

@Injectable()
class Sessions {
  readonly tokens = new Set(['Bearer good']);
}

/** As an application writes it, with a service of its own. */
@Injectable()
class BearerGuard implements CanActivate {
  constructor(private readonly sessions: Sessions) {}
  canActivate(context: ExecutionContext): Observable<boolean> {
    const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    return of(this.sessions.tokens.has(headers.authorization ?? ''));
  }
}

@Module({ providers: [Sessions, BearerGuard], exports: [Sessions, BearerGuard] })
class SessionsModule {}

describe.each(FRAMEWORKS)('who may call our routes in another application on %s', (framework) => {
  let app: INestApplication<App>;
  let said: string[];
  afterEach(() => app?.close());

  async function start(options: PerformanceModuleExtras): Promise<void> {
    const rooms = [
      CacheModule.forRoot(),
      PoolsModule.forRoot({}),
      MonitoringModule.forRoot({}),
      AlertingModule.forRoot({}),
    ];
    const imports = [ScheduleModule.forRoot(), SessionsModule, ...rooms, PerformanceModule.forRoot(options)];
    said = [];
    const logger = { log: (text: string) => void said.push(text), warn() {}, error() {}, fatal() {} };
    const module = await Test.createTestingModule({ imports }).setLogger(logger).compile();
    app = createOn(framework, module, { logger });
    await app.listen(0, '127.0.0.1');
  }
  const get = (path: string, headers: Record<string, string> = {}) =>
    request(app.getHttpServer())
      .get(path)
      .set({ host: 'localhost', ...headers });
  const declare = (headers: Record<string, string> = {}) =>
    request(app.getHttpServer())
      .post('/performance/metrics')
      .set({ host: 'localhost', ...headers })
      .send({ name: 'orders_total', kind: 'counter', help: 'Orders' });
  const query = () =>
    request(app.getHttpServer()).post('/performance/prometheus/api/v1/query').type('form').send('query=1');

  it('reads from this machine and no changes, where nobody has said', async () => {
    await start({});
    await get('/metrics').expect(200);
    await get('/performance/dashboard', { accept: HTML }).expect(200);
    await query().expect(200);
    const { body } = await declare().expect(403);
    expect(body).toMatchObject({
      code: 'ACCESS_CLOSED',
      detail: 'Changes need a guard, and this application gave none.',
    });
    const strangers: readonly Record<string, string>[] = [
      { 'x-forwarded-for': '203.0.113.7' },
      { forwarded: 'for=203.0.113.7' },
      { host: 'evil.example' },
      { host: 'localhost.evil.example' },
    ];
    for (const headers of strangers) {
      for (const path of [
        '/metrics',
        '/performance/pools',
        '/performance/dashboard',
        '/performance/dashboard/assets/any.js',
      ]) {
        expect([headers, path, (await get(path, headers)).status]).toEqual([headers, path, 403]);
      }
    }
    expect(said.join()).toContain('closed: reads from this machine only, no changes');
  });

  it('whom its guard lets in; a browser gets the page, which holds no data, without a token', async () => {
    await start({ guards: [BearerGuard] });
    const good = { authorization: 'Bearer good', host: 'metrics.example' };
    for (const path of ['/metrics', '/performance', '/performance/dashboard', '/performance/cache']) {
      await get(path, { accept: 'application/json' }).expect(403);
      await get(path, { accept: 'application/json', ...good }).expect(200);
    }
    await declare().expect(403);
    await declare(good).expect(201);
    const page = (await get('/performance/dashboard', { accept: HTML }).expect(200)).text;
    expect(page).toContain('<title>');
    const [, script] = /src="\.\/(dashboard\/assets\/[^"]+)"/.exec(page)!;
    await get(`/performance/${script}`).expect(200);
    expect(said.join()).toContain('guarded by BearerGuard');
  });

  it('everybody, where it says so', async () => {
    await start({ access: 'open' });
    await get('/metrics', { host: 'metrics.example', 'x-forwarded-for': '203.0.113.7' }).expect(200);
    await declare().expect(201);
    expect(said.join()).toContain("left to the guards that the application has for all of its routes (access: 'open')");
  });
});

@Controller('products')
class ProductsController {
  @Get()
  all(): string[] {
    return ['lamp'];
  }
}

describe.each(FRAMEWORKS)('a host on %s with a guard for all of its routes', (framework) => {
  interface Way {
    readonly name: string;
    readonly at: string;
    readonly prepare?: (host: INestApplication) => unknown;
  }
  let app: INestApplication<App>;
  afterEach(() => app?.close());

  async function start(
    options: PerformanceModuleExtras,
    prepare: (app: INestApplication<App>) => void = () => undefined,
  ): Promise<void> {
    const rooms = [CacheModule.forRoot(), PoolsModule.forRoot({}), MonitoringModule.forRoot({})];
    const module = await Test.createTestingModule({
      imports: [ScheduleModule.forRoot(), SessionsModule, ...rooms, AlertingModule.forRoot({}), PerformanceModule.forRoot(options)], // prettier-ignore
      controllers: [ProductsController],
      providers: [{ provide: APP_GUARD, useExisting: BearerGuard }],
    }).compile();
    app = createOn(framework, module);
    prepare(app);
    await app.listen(0, '127.0.0.1');
  }
  const get = (path: string, headers: Record<string, string> = {}) =>
    request(app.getHttpServer()).get(path).set(headers);
  const browser = { accept: HTML };
  const good = { authorization: 'Bearer good' };

  it.each<Way>([
    { name: 'no prefix', at: '' },
    { name: 'a prefix', at: '/api', prepare: (host) => host.setGlobalPrefix('api') },
    {
      name: 'versions',
      at: '/v2',
      prepare: (host) => host.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }),
    },
  ])('serves the page to a browser, and its data to whom the guard lets in ($name)', async ({ at, prepare }) => {
    await start({ access: 'open' }, prepare);
    await get(`${at}/products`).expect(403);
    const page = await get(`${at}/performance/dashboard`, browser).expect(200);
    expect(page.text).toContain('<title>');
    expect(page.headers.vary).toContain('Accept');
    const files = [...page.text.matchAll(/(?:src|href)="\.\/(dashboard\/assets\/[^"]+)"/g)].map(([, file]) => file!);
    expect(files.length).toBe(2);
    for (const file of files) await get(`${at}/performance/${file}`).expect(200);
    const { etag } = page.headers;
    await get(`${at}/performance/dashboard`, { ...browser, 'if-none-match': etag! }).expect(304);
    await get(`${at}/performance/dashboard`).expect(403);
    await get(`${at}/performance/dashboard/assets/none.js`).expect(403);
    await get(`${at}/performance/dashboard`, good).expect(200);
    await get(`${at}/performance/cache`, browser).expect(403);
    const { text } = await get(`${at}/metrics`, good).expect(200);
    expect(text).toMatch(/http_route="\/performance\/dashboard"/);
  });

  it('serves it where closed only to this machine', async () => {
    await start({});
    await get('/performance/dashboard', browser).expect(200);
    await get('/performance/dashboard', { ...browser, 'x-forwarded-for': '203.0.113.7' }).expect(403);
  });

  it('answers a wrong query in the format of Prometheus, whatever filters it has', async () => {
    @Catch()
    class EverythingFilter implements ExceptionFilter {
      catch(_error: unknown, context: ArgumentsHost): void {
        context
          .switchToHttp()
          .getResponse<{ status(code: number): { send(body: unknown): void } }>()
          .status(418)
          .send({});
      }
    }
    await start({ access: 'open' }, (host) => void host.useGlobalFilters(new EverythingFilter()));
    const api = '/performance/prometheus/api/v1';
    const wrong = [
      `${api}/query?query=sum(`,
      `${api}/query?query=sum()`,
      `${api}/query`,
      `${api}/query?query=1&time=never`,
      `${api}/query_range?query=1&start=2&end=1&step=1`,
      `${api}/series`,
      `${api}/label/%20/values`,
    ];
    for (const path of wrong) {
      const { status, body } = await get(path, good);
      expect([path, status, body]).toEqual([
        path,
        400,
        { status: 'error', errorType: 'bad_data', error: expect.any(String) },
      ]);
    }
  });
});

@Injectable()
class Envelope implements NestInterceptor {
  intercept = (_context: ExecutionContext, next: CallHandler) => next.handle().pipe(map((data: unknown) => ({ data })));
}

it.each(FRAMEWORKS)(
  'an interceptor of a host on %s that wraps every answer leaves our routes alone',
  async (framework) => {
    const rooms = [
      CacheModule.forRoot(),
      PoolsModule.forRoot({}),
      MonitoringModule.forRoot({}),
      AlertingModule.forRoot({}),
    ];
    const module = await Test.createTestingModule({
      imports: [ScheduleModule.forRoot(), ...rooms, PerformanceModule.forRoot({ access: 'open' })],
      controllers: [ProductsController],
    }).compile();
    const app = createOn(framework, module).useGlobalInterceptors(new Envelope());
    try {
      await app.listen(0, '127.0.0.1');
      const api = () => request(app.getHttpServer());
      await api()
        .get('/products')
        .expect(200, { data: ['lamp'] });
      expect((await api().get('/performance/pools').expect(200)).body).toEqual(expect.any(Array));
      expect((await api().get('/performance').expect(200)).body).toMatchObject({ name: 'performance-gateway' });
      expect((await api().get('/performance/prometheus/api/v1/alerts').expect(200)).body).toMatchObject({
        status: 'success',
      });
      expect((await api().get('/performance/prometheus/-/healthy').expect(200)).text).toMatch(/healthy/);
      const declared = await api()
        .post('/performance/metrics')
        .send({ name: 'a_total', kind: 'counter', help: 'A' })
        .expect(201);
      expect(declared.body).toMatchObject({ name: 'a_total' });
      await api().post('/performance/metrics/import').type('text/plain').send('').expect(200);
      expect((await api().get('/performance/benchmark/none').expect(400)).body.code).toBeDefined();
      expect((await api().get('/metrics').expect(200)).text).toMatch(
        /^http_server_unhandled_errors_total\{origin="filter"\} 0$/m,
      );
    } finally {
      await app.close();
    }
  },
);

it('a guard that cannot be one is refused with the option', () => {
  expect(() => PerformanceModule.forRoot({ guards: [{}] as never })).toThrow(
    'guards must be a list of guards: classes or objects that have canActivate',
  );
});

describe('what our routes cannot answer on', () => {
  const rooms = [
    CacheModule.forRoot(),
    PoolsModule.forRoot({}),
    MonitoringModule.forRoot({}),
    AlertingModule.forRoot({}),
  ];
  const imports = [ScheduleModule.forRoot(), ...rooms, PerformanceModule.forRoot()];

  it('is refused at the start: HTTP/2', async () => {
    const module = await Test.createTestingModule({ imports }).compile();
    const app = module.createNestApplication(new FastifyAdapter({ http2: true } as object));
    await expect(app.init()).rejects.toThrow('create the FastifyAdapter without "http2"');
    await app.close();
  });

  it('is refused at the start: the HTTP setup for Express, on Fastify', async () => {
    const module = await Test.createTestingModule({ imports }).compile();
    const app = module.createNestApplication(new FastifyAdapter());
    expect(() => configureHttp(app as never)).toThrow('this one uses "fastify": leave the call out');
    await app.close();
  });
});

describe('a host that forgets a room', () => {
  it('is given the line to write', async () => {
    const rooms = [CacheModule.forRoot(), PoolsModule.forRoot({}), MonitoringModule.forRoot({})];
    const imports = [ScheduleModule.forRoot(), ...rooms, PerformanceModule.forRoot()];
    const module = Test.createTestingModule({ imports });
    await expect(module.compile()).rejects.toThrow(
      "PerformanceModule shows what is not imported: add AlertingModule.forRoot({}) of 'performance-gateway/alerting'",
    );
    const alone = Test.createTestingModule({ imports: [ScheduleModule.forRoot(), AlertingModule.forRoot({})] });
    await expect(alone.compile()).rejects.toThrow(
      "MonitoringModule, which is not imported: add MonitoringModule.forRoot({}) of 'performance-gateway/monitoring'",
    );
    const unscheduled = await Test.createTestingModule({ imports: [MonitoringModule.forRoot({})] }).compile();
    await expect(unscheduled.init()).rejects.toThrow("add ScheduleModule.forRoot() of '@nestjs/schedule'");
    await unscheduled.close();
  });
});
