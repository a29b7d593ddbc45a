import type { INestApplication } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import type { App } from 'supertest/types';
import { CacheModule } from '../src/cache/cache.module';
import { MonitoringModule } from '../src/monitoring/monitoring.module';
import { PerformanceModule, type PerformanceModuleExtras } from '../src/performance/performance.module';
import { PoolsModule } from '../src/pools/pools.module';

const HTML = 'text/html,*/*;q=0.8';

describe('the overview and the dashboard in another application', () => {
  let app: INestApplication<App>;
  afterEach(() => app.close());

  async function start(options: PerformanceModuleExtras, prefix = ''): Promise<void> {
    const rooms = [CacheModule.forRoot(), PoolsModule.forRoot({}), MonitoringModule.forRoot({})];
    const module = await Test.createTestingModule({
      imports: [ScheduleModule.forRoot(), ...rooms, PerformanceModule.forRoot(options)],
    }).compile();
    app = module.createNestApplication().setGlobalPrefix(prefix);
    await app.init();
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
