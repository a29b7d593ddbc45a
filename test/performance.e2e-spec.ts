import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import {
  dashboardResponse,
  healthResponse,
  overviewResponse,
  rootResponse,
} from '../src/performance/overview/performance.schemas';
import { startApp } from './support/app';
import { asReader } from './support/test-config';

describe('the service at a glance', () => {
  let app: NestExpressApplication;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const get = (path: string, headers: Record<string, string> = asReader) =>
    request(app.getHttpServer()).get(path).set(headers);

  it.each([
    ['/performance', overviewResponse],
    ['/performance/health', healthResponse],
    ['/performance/dashboard', dashboardResponse],
  ])('%s answers what its schema says, with a token', async (path, schema) => {
    await get(path, {}).expect(401);
    const { body } = await get(path).expect(200);
    expect(schema.strict().parse(body)).toEqual(body);
  });

  it('is well when nothing is configured', async () => {
    const { body } = await get('/performance/health').expect(200);
    expect(body).toMatchObject({
      status: 'ok',
      checks: { cache: { status: 'up' }, redis: { status: 'not_configured' }, qdrant: { status: 'not_configured' } },
    });
  });

  it('shows the page to a browser without a token, and everything the page loads', async () => {
    const page = await get('/performance/dashboard', { accept: 'text/html,*/*;q=0.8' }).expect(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const loaded = [...page.text.matchAll(/(?:src|href)="\.\/(dashboard\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(loaded.map((path) => path.split('.').at(-1)).toSorted()).toEqual(['css', 'js']);
    for (const path of loaded) {
      const { headers } = await get(`/performance/${path}`, {}).expect(200);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable'); // another content has another name
      expect(headers['content-encoding']).toBe('gzip');
      await get(`/performance/${path}`, { 'if-none-match': headers.etag! }).expect(304);
      const plain = await get(`/performance/${path}`, { 'accept-encoding': 'identity' }).expect(200);
      expect(plain.headers['content-encoding']).toBeUndefined();
      expect(Number(plain.headers['content-length'])).toBeGreaterThan(Number(headers['content-length']));
    }
    await get('/performance/dashboard/assets/secret.js', {}).expect(404);
    await get('/performance/dashboard/assets/..%2fapi.js', {}).expect(400);
  });

  it('sends a browser that only knows the port to the dashboard', async () => {
    const sent = await get('/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }).expect(302);
    expect(new URL(sent.headers.location!, 'http://host/').pathname).toBe('/performance/dashboard');
    expect(sent.headers.vary).toMatch(/Accept/);
  });

  it('sends the links of alerts, which are those of Prometheus, to the expression on the dashboard', async () => {
    const expr = 'sum(rate(a_total[5m])) > 1 # "x" & y';
    const sent = await get(`/graph?g0.expr=${encodeURIComponent(expr)}&g0.tab=1`, {}).expect(302);
    const target = new URL(sent.headers.location!, 'http://host/graph');
    expect([target.host, target.pathname]).toEqual(['host', '/performance/dashboard']);
    expect(new URLSearchParams(target.hash.replace('#/explore?', '')).get('query')).toBe(expr);
    await get('/graph', {}).expect(302);
    await get(`/graph?g0.expr=${'x'.repeat(15_000)}`, {}).expect(302);
  });

  it.each(['*/*', 'application/json'])(
    'gives other clients (Accept: %s) the addresses, without a token',
    async (accept) => {
      const { body } = await get('/', { accept }).expect(200);
      expect(rootResponse.strict().parse(body)).toEqual(body);
      for (const [name, path] of Object.entries(body.links as Record<string, string>)) {
        const { status } = await get(path, asReader);
        // The query lacks its parameter; nothing says here that the service is ready.
        const expected = name === 'prometheus' ? 400 : name === 'ready' ? 503 : 200;
        expect([name, status]).toEqual([name, expected]);
      }
    },
  );

  it('links to routes that exist', async () => {
    const { body } = await get('/performance').expect(200);
    const { body: api } = await get('/docs-json').expect(200);
    const paths = Object.keys(api.paths as object);
    for (const link of Object.values(body.links as Record<string, string>)) {
      if (link !== '/docs') expect(paths).toContain(link);
    }
  });
});
