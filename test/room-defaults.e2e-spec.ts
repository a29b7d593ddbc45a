import { resolveCacheOptions } from '../src/cache/cache.options';
import { loadConfig } from '../src/config/load-config';
import { resolveMonitoringOptions } from '../src/monitoring/monitoring.module-definition';
import { resolvePoolsOptions } from '../src/pools/pools.module-definition';

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

  it('monitoring', () => {
    expect(resolveMonitoringOptions({})).toEqual(config.monitoring);
  });
});
