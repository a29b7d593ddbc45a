import { resolveOptions } from '../common/settings/resolve-options';
import type { GivenOptions, ResolvedOptions } from '../common/settings/setting';
import { SECURITY_SETTINGS } from './security-settings';

/** The options with every default filled in. */
export type SecurityOptions = ResolvedOptions<typeof SECURITY_SETTINGS>;

/** As given to `SecurityModule.forRoot`: what is left out has a default. */
export type SecurityModuleOptions = GivenOptions<typeof SECURITY_SETTINGS>;

export type RateLimitOptions = SecurityOptions['rateLimits'];

export const SECURITY_OPTIONS = Symbol('SECURITY_OPTIONS');

/** Fills in the defaults. @throws ModuleOptionsError with everything that cannot be right */
export function resolveSecurityOptions(given: SecurityModuleOptions): SecurityOptions {
  return resolveOptions('SecurityModule.forRoot()', SECURITY_SETTINGS, given);
}
