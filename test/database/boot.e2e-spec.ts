import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { startApp } from '../support/app';
import { freePort } from '../support/free-port';
import { asAdmin } from '../support/test-config';

describe('the service and its database at start', () => {
  it('starts while PostgreSQL is down, and says so only to those who need it', async () => {
    const app = await startApp({ POSTGRES_URL: `postgres://nobody:x@127.0.0.1:${await freePort()}/none` });
    try {
      const http = request(app.getHttpServer());
      await http.get('/livez').expect(200);
      await http.get('/performance/benchmark').set(asAdmin).expect(200);
      const { body } = await http
        .post('/performance/benchmark')
        .set(asAdmin)
        .send({ scenario: 'cached-read' })
        .expect(503);
      expect(body.code).toMatch(/^POOL_/);
    } finally {
      await app.close();
    }
  });

  it('does not start beside another copy on the same DATA_DIR, and takes over when that is gone; its metrics tell of it', async () => {
    const env = { EMBEDDED_POSTGRES: 'true', DATA_DIR: await mkdtemp(join(tmpdir(), 'boot-')) };
    const first = await startApp(env);
    const { text } = await request(first.getHttpServer()).get('/metrics').set(asAdmin).expect(200);
    expect(text).toMatch(/^embedded_postgres_up 1$/m);
    expect(text).toMatch(/^embedded_postgres_restarts_total 0$/m);
    await expect(startApp(env)).rejects.toMatchObject({
      code: 'POSTGRES_EMBEDDED_IN_USE',
      message: expect.stringContaining('DATA_DIR'),
    });
    await first.close();
    const second = await startApp(env);
    await second.close();
    await rm(env.DATA_DIR, { recursive: true });
  }, 60_000);
});
