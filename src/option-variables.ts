import { ALERTING_SETTINGS } from './alerting/alerting-settings';
import { BENCHMARK_SETTINGS } from './benchmark/benchmark-settings';
import { CACHE_SETTINGS } from './cache/cache-settings';
import { variablesOf } from './common/settings/setting';
import { MONITORING_SETTINGS } from './monitoring/monitoring-settings';
import type { AppConfig } from './config/app-config';
import { variablesOfNamedPools } from './pools/named-variables';
import { POOLS_VARIABLES } from './pools/pools-settings';

/** Which variable of the service stands for which option of a module, for the messages that name options. */
export const OPTION_VARIABLES = {
  PoolsModule: POOLS_VARIABLES,
  CacheModule: variablesOf(CACHE_SETTINGS),
  MonitoringModule: variablesOf(MONITORING_SETTINGS),
  AlertingModule: variablesOf(ALERTING_SETTINGS),
  PerformanceModule: variablesOf({ benchmark: BENCHMARK_SETTINGS }),
};

/** The same with those of the named pools that this configuration has. */
export const optionVariables = ({ pools }: AppConfig) => ({
  ...OPTION_VARIABLES,
  PoolsModule: { ...POOLS_VARIABLES, ...variablesOfNamedPools(pools) },
});
