import {
  type ArgumentsHost,
  Catch,
  Controller,
  type DynamicModule,
  type ExceptionFilter,
  Get,
  HttpException,
  type INestApplication,
  Module,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import type { App } from 'supertest/types';
import { CacheModule } from '../../src/cache/cache.module';
import { Pools } from '../../src/pools/pools.service';
import { PoolsModule } from '../../src/pools/pools.module';
import { freePort } from '../support/free-port';
import { createOn, FRAMEWORKS } from '../support/frameworks';

@Controller('products')
class ProductsController {
  constructor(private readonly pools: Pools) {}

  @Get('database')
  async fromDatabase(): Promise<unknown> {
    return this.pools.postgres.query('SELECT 1');
  }

  @Get('redis')
  async fromRedis(): Promise<unknown> {
    return this.pools.redis.use((redis) => redis.get('a'));
  }
}

/** As applications have it: what it does not know is a 500. */
@Catch()
class EverythingFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    const body = { failed: true, ...(error instanceof HttpException && { of: error.getResponse() }) };
    const answer = host.switchToHttp().getResponse<{ status(code: number): { send(body: unknown): void } }>();
    answer.status(status).send(body);
  }
}

const away = async (): Promise<DynamicModule> =>
  PoolsModule.forRoot({
    postgres: { url: `postgres://nobody@127.0.0.1:${await freePort()}/none` },
    acquireTimeoutMs: 100,
  });

describe.each(FRAMEWORKS)('an error of a pool on a route of another application on %s', (framework) => {
  let app: INestApplication<App>;
  const said: string[] = [];
  afterEach(() => app?.close());

  async function start(providers: Provider[] = [], ...filters: ExceptionFilter[]): Promise<void> {
    @Module({ imports: [await away(), CacheModule.forRoot()], controllers: [ProductsController], providers })
    class HostModule {}
    said.length = 0;
    const write = (text: unknown) => void said.push(String(text));
    const logger = { log() {}, warn: write, error: write, fatal: write };
    const module = await Test.createTestingModule({ imports: [HostModule] })
      .setLogger(logger)
      .compile();
    app = createOn(framework, module, { logger });
    app.useGlobalFilters(...filters);
    await app.listen(0, '127.0.0.1');
  }
  const get = (path: string) => request(app.getHttpServer()).get(`/products/${path}`);

  it('has its status, its code and when to come again, and nothing internal', async () => {
    await start();
    const failed = await get('database').expect(503);
    expect(failed.headers['retry-after']).toMatch(/^\d+$/);
    expect(failed.body).toEqual({
      statusCode: 503,
      code: expect.stringMatching(/^POOL_/),
      message: expect.any(String),
    });
    expect(failed.text).not.toContain('127.0.0.1');
    const { body } = await get('redis').expect(503);
    expect(body.code).toBe('POOL_NOT_CONFIGURED');
  });

  it('is one line a second, however many requests fail', async () => {
    await start();
    const startedAt = performance.now();
    for (let round = 0; round < 40; round++) await get('redis').expect(503);
    const seconds = Math.ceil((performance.now() - startedAt) / 1_000);
    const lines = said.filter((line) => line.includes('POOL_NOT_CONFIGURED'));
    expect(lines[0]).toMatch(/^503 POOL_NOT_CONFIGURED: .*redis/);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(seconds);
    expect(said.join()).not.toMatch(/\n +at /);
  });

  it.each([
    ['from its root module', async () => start([{ provide: APP_FILTER, useClass: EverythingFilter }])],
    ['given to the application', async () => start([], new EverythingFilter())],
  ])('is left to a filter %s, which knows its status', async (_where, begin) => {
    await begin();
    const { body } = await get('redis').expect(503);
    expect(body).toEqual({ failed: true, of: expect.objectContaining({ code: 'POOL_NOT_CONFIGURED' }) });
  });
});
