import { resolveOptions } from '../common/settings/resolve-options';
import type { GivenOptions, ResolvedOptions } from '../common/settings/setting';
import { HEALTH_SETTINGS } from './health-settings';

/** The options with every default filled in. */
export type HealthOptions = ResolvedOptions<typeof HEALTH_SETTINGS>;

/** As given to `HealthModule.forRoot`: what is left out has a default. */
export type HealthModuleOptions = GivenOptions<typeof HEALTH_SETTINGS>;

export const HEALTH_OPTIONS = Symbol('HEALTH_OPTIONS');

/** Fills in the defaults. @throws ModuleOptionsError with everything that cannot be right */
export function resolveHealthOptions(given: HealthModuleOptions): HealthOptions {
  return resolveOptions('HealthModule.forRoot()', HEALTH_SETTINGS, given);
}
