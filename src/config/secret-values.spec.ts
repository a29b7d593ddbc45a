import { loadConfig } from './load-config';
import { secretValues } from './secret-values';

describe('secretValues', () => {
  it('finds tokens, passwords in URLs and keys', () => {
    const config = loadConfig({
      API_TOKENS: 'read:reading-token-0001,admin:admin-token-00001',
      POSTGRES_URL: 'postgres://app:p%40ssword@db/app',
      REDIS_URL: 'rediss://:redis-password@cache:6380',
      QDRANT_URL: 'http://qdrant:6333',
      QDRANT_API_KEY: 'the-qdrant-key',
      POSTGRES_NAMED: 'reports',
      POSTGRES_REPORTS_URL: 'postgres://app:of-reports@db/reports',
      https_proxy: 'http://app:of-the-proxy@proxy:3128',
    });
    expect(new Set(secretValues(config))).toEqual(
      new Set([
        'reading-token-0001',
        'admin-token-00001',
        'p%40ssword',
        'p@ssword',
        'redis-password',
        'the-qdrant-key',
        'of-reports',
        'of-the-proxy',
      ]),
    );
  });

  it('leaves the word "postgres" alone where it is both user and password', () => {
    expect(secretValues(loadConfig({ POSTGRES_URL: 'postgres://postgres:postgres@db/app' }))).toEqual([]);
  });
});
