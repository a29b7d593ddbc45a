import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { Lifecycle } from '../../src/health/lifecycle';
import { bearer, READ, startHttpApp } from './http-app';

describe('probes (e2e)', () => {
  let app: NestExpressApplication;
  const get = (path: string) => request(app.getHttpServer()).get(path);
  beforeEach(async () => {
    app = await startHttpApp();
  });
  afterEach(() => app.close());

  it('follows the life of the service and says only a status', async () => {
    await get('/livez').expect(200, { status: 'ok' });
    await get('/startupz').expect(503, { status: 'starting' });
    await get('/readyz').expect(503, { status: 'starting' });
    app.get(Lifecycle).markReady();
    await get('/startupz').expect(200, { status: 'ok' });
    await get('/readyz').expect(200, { status: 'ok' });
    app.get(Lifecycle).beginDraining();
    await get('/livez').expect(200, { status: 'ok' });
    await get('/startupz').expect(200, { status: 'ok' });
    await get('/readyz').expect(503, { status: 'draining' });
  });

  it.each(['/livez', '/readyz', '/startupz'])('%s?verbose needs a token and shows the checks', async (path) => {
    app.get(Lifecycle).markReady();
    await get(`${path}?verbose`).expect(401);
    const { body } = await get(`${path}?verbose`).set(bearer(READ)).expect(200);
    expect(body).toEqual({ status: 'ok', checks: expect.any(Object) });
    await get(`${path}?verbose=no`).set(bearer(READ)).expect(400);
    await get(`${path}?other=1`).expect(400);
  });

  it('is never cached', async () => {
    expect((await get('/livez')).headers['cache-control']).toBe('no-store');
    expect((await get('/readyz')).headers['cache-control']).toBe('no-store');
  });
});
