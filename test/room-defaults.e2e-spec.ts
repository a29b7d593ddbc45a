import { resolveAlertingOptions } from '../src/alerting/alerting.module-definition';
import { resolveCacheOptions } from '../src/cache/options/cache.options';
import { loadConfig } from '../src/config/load-config';
import { resolveMonitoringOptions } from '../src/monitoring/monitoring.module-definition';
import { resolvePoolsOptions } from '../src/pools/pools-options-defaults';

/** A room used by itself and the service started without any variable behave alike. */
describe('the defaults of a room are those of the service', () => {
  const config = loadConfig({});

  it('pools, but for the embedded server, which only the service starts', () => {
    const { pools } = config;
    const defaults = resolvePoolsOptions({});
    expect(defaults).toEqual({ ...pools, postgres: { ...pools.postgres, embeddedDataDir: undefined } });
  });

  it('cache', () => {
    expect(resolveCacheOptions({})).toMatchObject(config.cache);
  });

  it.each([
    [
      'CACHE_PREFIX',
      (prefix: string) => ({ prefix }),
      ['a', 'a.b_C-9', 'x'.repeat(32), 'x'.repeat(33), 'a b', '{a}', 'ä'],
    ],
    [
      'CACHE_MEMORY_LIMIT_MB',
      (mb: string) => ({ memoryLimitBytes: Number(mb) * 1_048_576 }),
      ['0', '1', '1000000', '1000001'],
    ],
  ])('and %s takes what the option of the cache takes', (variable, options, values) => {
    for (const value of values) {
      const byRoom = taken(() => resolveCacheOptions(options(value)));
      expect([value, byRoom]).toEqual([value, taken(() => loadConfig({ [variable]: value }))]);
    }
  });

  it('monitoring', () => {
    expect(resolveMonitoringOptions({})).toEqual(config.monitoring);
  });

  it('alerting', () => {
    expect(resolveAlertingOptions({}, config.monitoring)).toMatchObject(config.alerting);
  });
});

function taken(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch {
    return false;
  }
}
