import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { sessionCookie } from '../../src/security/session-cookie';
import { ADMIN, basic, bearer, READ, startHttpApp } from './http-app';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const WRONG = 'wrong-token-0123456789';

describe('access (e2e)', () => {
  let app: NestExpressApplication;
  const get = (path: string) => request(app.getHttpServer()).get(path);
  beforeAll(async () => {
    app = await startHttpApp({ rateLimits: { failedLoginsPerMinute: 1_000 } });
  });
  afterAll(() => app.close());

  const credentials = {
    none: {},
    wrong: bearer(WRONG),
    read: bearer(READ),
    admin: bearer(ADMIN),
    'basic read': basic(READ),
    'basic wrong': basic(WRONG),
  };
  type Credentials = keyof typeof credentials;

  type Statuses = Record<Credentials, number>;
  const openToAll: Statuses = { none: 200, wrong: 200, read: 200, admin: 200, 'basic read': 200, 'basic wrong': 200 };
  const forRead: Statuses = { none: 401, wrong: 401, read: 200, admin: 200, 'basic read': 401, 'basic wrong': 401 };
  const forAdmin: Statuses = { ...forRead, read: 403 };

  const matrix: [string, string, Statuses][] = [
    ['GET', '/performance/items', forRead],
    ['HEAD', '/performance/items', forRead],
    ['GET', '/PERFORMANCE/ITEMS/', forRead],
    ['DELETE', '/performance/items', forAdmin],
    ['GET', '/performance/undeclared', forAdmin],
    ['GET', '/performance/dashboard', forRead],
    ['GET', '/metrics', { ...forRead, 'basic read': 200 }],
    ['GET', '/METRICS', forRead],
    ['GET', '/public', openToAll],
    ['GET', '/livez', openToAll],
    ['GET', '/livez?verbose', forRead],
  ];
  const cases = matrix.flatMap(([method, path, statuses]) =>
    Object.entries(statuses).map(([who, status]) => [method, path, who as Credentials, status] as const),
  );

  it.each(cases)('%s %s with %s token: %d', async (method, path, who, status) => {
    const answer = await request(app.getHttpServer())[method.toLowerCase() as 'get'](path).set(credentials[who]);
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.headers['www-authenticate']).toContain('Bearer realm=');
  });

  it('does not let a page of another site use the Basic credentials that a browser keeps', async () => {
    const path = '/performance/prometheus/api/v1/query';
    const post = (headers: Readonly<Record<string, string>>) =>
      request(app.getHttpServer()).post(path).set(headers).type('form').send({ query: 'up' });
    const foreign = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    const { body } = await post({ ...basic(READ), ...foreign }).expect(403);
    expect(body).toMatchObject({ code: 'CROSS_SITE' });
    await post({ ...basic(READ), origin: 'https://evil.example' }).expect(403);
    await post({ ...basic(READ), 'sec-fetch-site': 'same-origin' }).expect(201);
    await post({ ...bearer(READ), ...foreign }).expect(201); // no browser adds that by itself
    await request(app.getHttpServer())
      .get('/metrics')
      .set({ ...basic(READ), ...foreign })
      .expect(403);
  });

  it('takes the token of a session from its cookie, but not for a page of another site', async () => {
    const path = '/performance/items';
    const cookie = sessionCookie(READ, false).split('; ')[0]!;
    await get(path).set({ cookie }).expect(200);
    await get(path).set({ cookie, 'sec-fetch-site': 'same-origin' }).expect(200);
    await get(path).set({ cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }).expect(403);
    await get(path)
      .set({ cookie: sessionCookie(WRONG, false).split('; ')[0]! })
      .expect(401);
    const change = (headers: Readonly<Record<string, string>>) =>
      request(app.getHttpServer())
        .delete(path)
        .set({ cookie: sessionCookie(ADMIN, false).split('; ')[0]!, ...headers });
    await change({ 'sec-fetch-site': 'same-origin' }).expect(200);
    await change({ origin: 'https://evil.example' }).expect(403);
    await change({ 'sec-fetch-site': 'same-site' }).expect(403); // another port, another subdomain
  });

  it('lets no cache keep an answer with data, and no other site embed it', async () => {
    for (const path of ['/performance/items', '/metrics', '/livez', '/nothing']) {
      const { headers } = await get(path).set(bearer(READ));
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'cross-origin-resource-policy': 'same-origin' });
    }
  });

  it('takes a query sent by POST with a read token, also as Basic and as a form', async () => {
    const path = '/performance/prometheus/api/v1/query';
    await request(app.getHttpServer()).post(path).type('form').send({ query: 'up' }).expect(401);
    const answered = request(app.getHttpServer()).post(path).set(basic(READ)).type('form').send({ query: 'up' });
    await answered.expect(201, { query: 'up' });
  });

  it('names the challenges that a route takes and what was wrong', async () => {
    expect((await get('/metrics')).headers['www-authenticate']).toBe(
      'Bearer realm="performance-gateway", Basic realm="performance-gateway", charset="UTF-8"',
    );
    const wrong = await get('/performance/items').set(bearer(WRONG));
    expect(wrong.headers['www-authenticate']).toBe('Bearer realm="performance-gateway", error="invalid_token"');
    expect(wrong.body).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    const forbidden = await get('/performance/undeclared').set(bearer(READ));
    expect(forbidden.headers['www-authenticate']).toContain('error="insufficient_scope"');
    expect(forbidden.body).toMatchObject({ code: 'FORBIDDEN', status: 403 });
  });

  it('gives the page to browsers and asks everyone else for a token', async () => {
    await get('/performance/dashboard').set(HTML).expect(200);
    await get('/performance/dashboard').set({ accept: 'application/json' }).expect(401);
    await get('/performance/dashboard').set({ accept: '*/*' }).expect(401);
    await get('/performance/dashboard').set({ accept: 'application/json, text/html;q=0.5' }).expect(401);
  });

  it('tells the handler the scope of the caller', async () => {
    const { body } = await request(app.getHttpServer()).get('/performance/items').set(bearer(READ));
    expect(body).toEqual({ query: { limit: 10 }, scope: 'read' });
  });
});

describe('METRICS_PUBLIC (e2e)', () => {
  it('opens /metrics and nothing else', async () => {
    const app = await startHttpApp({ metricsPublic: true });
    const get = (path: string) => request(app.getHttpServer()).get(path);
    await get('/metrics').expect(200);
    await get('/performance/items').expect(401);
    await get('/metrics/').expect(401);
    await app.close();
  });
});
