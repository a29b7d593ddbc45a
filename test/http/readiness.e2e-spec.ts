import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { loadConfig } from '../../src/config/load-config';
import { Lifecycle } from '../../src/health/lifecycle';
import { Readiness } from '../../src/health/readiness';
import { PoolsModule } from '../../src/pools/pools.module';
import { atOnce } from '../support/at-once';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';
import { bearer, READ, startHttpApp } from './http-app';

describe('readiness and a real Redis that dies (e2e)', () => {
  let server: RedisServer;
  let app: NestExpressApplication | undefined;
  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(async () => {
    await app?.close();
    await server.close();
  });

  async function start(readinessRequires: readonly string[]) {
    const { pools } = loadConfig({ NODE_ENV: 'test', EMBEDDED_POSTGRES: 'false', REDIS_URL: server.url });
    const started = await startHttpApp({ imports: [PoolsModule.forRoot(pools)], readinessRequires });
    app = started;
    started.get(Lifecycle).markReady();
    return {
      readiness: started.get(Readiness),
      ready: () => request(started.getHttpServer()).get('/readyz'),
      verbose: () => request(started.getHttpServer()).get('/readyz?verbose').set(bearer(READ)),
    };
  }

  it('stays reachable, degraded in ?verbose, and recovers', async () => {
    const { ready, verbose } = await start([]);
    await eventually('Redis is up', async () => (await verbose()).body.checks.redis.status === 'up');
    await server.stop('SIGKILL');
    const { body } = await eventually('Redis is seen down', async () => {
      const answer = await verbose();
      return answer.body.checks.redis.state === 'down' ? answer : undefined;
    });
    expect(body.status).toBe('degraded');
    expect(body.checks.redis).toEqual({ status: 'degraded', state: 'down', required: false });
    await ready().expect(200, { status: 'ok' });
    await server.restart();
    await eventually('Redis is up again', async () => (await verbose()).body.checks.redis.status === 'up');
  });

  it('is 503 without what READINESS_REQUIRES names', async () => {
    const { ready, verbose } = await start(['redis']);
    await eventually('ready', async () => (await ready()).status === 200);
    await server.stop('SIGKILL');
    await eventually('not ready', async () => (await ready()).status === 503);
    await ready().expect(503, { status: 'unavailable' });
    const { body } = await verbose().expect(503);
    expect(body.checks.redis).toMatchObject({ status: 'down', required: true });
  });

  it('answers at once while Redis is frozen', async () => {
    const { ready, readiness } = await start(['redis']);
    await eventually('ready', async () => (await ready()).status === 200);
    server.freeze();
    expect(await atOnce(readiness.check('required'))).toMatchObject({ value: { status: expect.any(String) } });
    expect(await atOnce(readiness.check('all'))).toMatchObject({ value: { status: expect.any(String) } });
    server.thaw();
  });
});
