import { resolveOptions } from '../common/settings/resolve-options';
import type { ResolvedOptions } from '../common/settings/setting';
import type { Env } from './env-schema';
import { optionsOf } from './env-options';
import type { EnvVariable } from './env-variables';
import { SETTINGS } from './settings';

type Settings = ResolvedOptions<typeof SETTINGS>;
type Service = Settings['service'];

/** The environment, validated once and cut into the parts that modules take, with every default. */
export interface AppConfig extends Omit<Settings, 'service'> {
  readonly production: boolean;
  readonly logLevel: Service['logLevel'];
  readonly dataDir: string;
  readonly instance: string | undefined;
  readonly docsEnabled: boolean;
  readonly server: Pick<Service, 'port' | 'host' | 'workerPort' | 'trustProxy' | 'allowedHosts' | 'shutdownTimeoutMs'>;
}

/** Cuts the environment into those parts, in the units the modules take, and says what one variable means for several. */
export function toAppConfig(env: Env, variables: readonly EnvVariable[]): AppConfig {
  const { service, ...rooms } = resolveOptions('the environment', SETTINGS, optionsOf(env, variables));
  const { environment, logLevel, dataDir, instance, docsEnabled, embeddedPostgres, ...server } = service;
  const { pools, cache, security, benchmark, alerting } = rooms;
  const production = environment === 'production';
  const { url } = pools.postgres;
  const embedded = url === undefined && (embeddedPostgres ?? !production);
  return {
    ...rooms,
    production,
    logLevel,
    dataDir,
    instance,
    docsEnabled,
    server,
    pools: {
      ...pools,
      drainTimeoutMs: server.shutdownTimeoutMs,
      postgres: { ...pools.postgres, url, embeddedDataDir: embedded ? dataDir : undefined },
    },
    security: { ...security, production, dataDir, keyPrefix: `${cache.prefix}:limit:` },
    benchmark: { ...benchmark, enabled: benchmark.enabled ?? !production },
    alerting: {
      ...alerting,
      // What a room does by default is right everywhere else.
      notifications: { ...(production && { allowPrivateTargets: false }), ...alerting.notifications },
    },
  };
}
