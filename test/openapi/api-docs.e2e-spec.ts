import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { startApp } from '../support/app';

describe('the API description', () => {
  let app: NestExpressApplication;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('is served as a page and as a document', async () => {
    await request(app.getHttpServer()).get('/docs').expect(200).expect('content-type', /html/);
    const { body } = await request(app.getHttpServer()).get('/docs-json').expect(200);
    expect(body).toMatchObject({ openapi: expect.stringMatching(/^3\./), info: { title: 'performance-gateway' } });
  });

  it('comes with files that are small on the way and kept by browsers', async () => {
    for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
      const get = () => request(app.getHttpServer()).get(`/docs/${file}`);
      const { headers } = await get().set('accept-encoding', 'gzip').expect(200);
      expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'cache-control': 'public, max-age=86400' });
      const plain = await get().set('accept-encoding', 'identity').expect(200);
      expect(plain.headers).not.toHaveProperty('content-encoding');
      await get().set({ 'accept-encoding': 'gzip', 'if-none-match': headers['etag']! }).expect(304);
    }
  });
});

describe('the API description of a service', () => {
  let app: NestExpressApplication | undefined;
  afterEach(() => app?.close());

  it('can be switched off, with all links to it', async () => {
    app = await startApp({ DOCS_ENABLED: 'false' });
    for (const path of ['/docs', '/docs-json', '/docs/swagger-ui.css']) {
      await request(app.getHttpServer()).get(path).expect(404);
    }
    const { body } = await request(app.getHttpServer()).get('/').expect(200);
    expect(Object.keys(body.links)).not.toContain('docs');
    const page = await request(app.getHttpServer()).get('/performance/dashboard').set('accept', 'text/html');
    expect(page.text).not.toContain('docs');
  });

  it('is limited as what no route answers', async () => {
    app = await startApp({ RATE_LIMIT_ENABLED: 'true', RATE_LIMIT_READS_PER_MINUTE: '3' });
    const statuses = [];
    for (const path of ['/docs', '/docs-json', '/docs/swagger-ui.css', '/docs']) {
      statuses.push((await request(app.getHttpServer()).get(path)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});
