import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { startApp } from './support/app';

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
});
