import type { DynamicModule, INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
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
    expect((await get(`${path}/dashboard`, HTML)).text).not.toContain('>API<');
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
    expect(text).toContain(`<a href="${href}">API</a>`);
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
