import { Test } from '@nestjs/testing';
import { Pools } from '../../src/pools/pools.service';
import { PoolsModule } from '../../src/pools/pools.module';
import type { PoolsModuleOptions } from '../../src/pools/pools.options';
import { startApp } from '../support/app';
import { freePort } from '../support/free-port';

const VARIABLE = /\b[A-Z]{3,}_[A-Z_]+\b/;

async function messageOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected a refusal');
}

const refusals = ({ postgres, redis, http, qdrant }: Pools) =>
  Promise.all([
    messageOf(() => postgres.query('SELECT 1')),
    messageOf(() => redis.use((connection) => connection.ping())),
    messageOf(() => http.request('nobody:/')),
    messageOf(() => qdrant.use((client) => client.getCollections())),
  ]);

async function inHost<T>(options: PoolsModuleOptions, work: (pools: Pools) => Promise<T>): Promise<T> {
  const host = await Test.createTestingModule({ imports: [PoolsModule.forRoot(options)] }).compile();
  try {
    await host.init();
    return await work(host.get(Pools));
  } finally {
    await host.close();
  }
}

// In this order: the service names its variables for the whole process.
describe('what the pools say is to be set', () => {
  it('is an option in another application, also where variables of these names exist', async () => {
    process.env['POSTGRES_URL'] = 'postgres://localhost/elsewhere';
    try {
      const messages = await inHost({}, refusals);
      expect(messages).toEqual([
        'Pool "postgres" is not configured: set PoolsModule.forRoot({ postgres: { url } }).',
        'Pool "redis" is not configured: set PoolsModule.forRoot({ redis: { url } }).',
        expect.stringContaining('with a name from PoolsModule.forRoot({ http: { upstreams } })'),
        'Pool "qdrant" is not configured: set PoolsModule.forRoot({ qdrant: { url } }).',
      ]);
      for (const message of messages) expect(message).not.toMatch(VARIABLE);
    } finally {
      delete process.env['POSTGRES_URL'];
    }
  });

  it('is an option in the reasons of health, and where a limit is reached', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const texts = await inHost({ redis: { url, maxConnections: 1 } }, async ({ redis }) => [
      redis.health().lastError!.message,
      await messageOf(() => redis.use((connection) => connection.ping())),
    ]);
    expect(texts[0]).toMatch(/PoolsModule\.forRoot\({ redis: { url } }\) names its host and port/);
    expect(texts[1]).toMatch(/PoolsModule\.forRoot\({ redis: { maxConnections } }\) is 1/);
    for (const text of texts) expect(text).not.toMatch(VARIABLE);
  });

  it('is the variable in the service', async () => {
    const app = await startApp();
    try {
      const [, ...messages] = await refusals(app.get(Pools));
      expect(messages).toEqual([
        'Pool "redis" is not configured: set REDIS_URL (redis.url).',
        expect.stringContaining('with a name from HTTP_UPSTREAMS (http.upstreams)'),
        'Pool "qdrant" is not configured: set QDRANT_URL (qdrant.url).',
      ]);
    } finally {
      await app.close();
    }
  });
});
