import { ALERTING_SETTINGS } from '../alerting/alerting-settings';
import { BENCHMARK_SETTINGS } from '../benchmark/benchmark-settings';
import { CACHE_SETTINGS } from '../cache/cache-settings';
import type { SettingsTable } from '../common/settings/setting';
import { HEALTH_SETTINGS } from '../health/health-settings';
import { MONITORING_SETTINGS } from '../monitoring/monitoring-settings';
import { POOLS_SETTINGS } from '../pools/pools-settings';
import { SECURITY_SETTINGS } from '../security/security-settings';
import { SERVICE_SETTINGS } from './service-settings';

/** The settings of every room, in the order in which they are documented. */
export const SETTINGS = {
  service: SERVICE_SETTINGS,
  pools: POOLS_SETTINGS,
  cache: CACHE_SETTINGS,
  monitoring: MONITORING_SETTINGS,
  alerting: ALERTING_SETTINGS,
  security: SECURITY_SETTINGS,
  health: HEALTH_SETTINGS,
  benchmark: BENCHMARK_SETTINGS,
} satisfies SettingsTable;
