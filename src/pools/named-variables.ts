import { variableOfNamed } from '../common/settings/named-options';
import { type SettingsTable, variablesOf } from '../common/settings/setting';
import type { PoolsModuleOptions } from './pools.options';
import { POOLS_SETTINGS } from './pools-settings';

/** The variable for each option of the named pools: `postgres.named.reports.max` → `POSTGRES_REPORTS_MAX_SIZE`. */
export function variablesOfNamedPools(options: PoolsModuleOptions): Readonly<Record<string, string>> {
  const kinds = [
    ['postgres', POOLS_SETTINGS.postgres.named.kind.each, options.postgres?.named],
    ['redis', POOLS_SETTINGS.redis.named.kind.each, options.redis?.named],
    ['qdrant', POOLS_SETTINGS.qdrant.named.kind.each, options.qdrant?.named],
  ] as const;
  const all = kinds.flatMap(([kind, each, named = {}]) =>
    Object.keys(named).flatMap((name) =>
      Object.entries(variablesOf<SettingsTable>(each) as Record<string, string>).map(([option, variable]) => [
        `${kind}.named.${name}.${option}`,
        variableOfNamed(variable, name),
      ]),
    ),
  );
  return Object.fromEntries(all) as Record<string, string>;
}
