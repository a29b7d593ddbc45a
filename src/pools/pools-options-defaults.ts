import { readOptions } from '../common/settings/resolve-options';
import { PoolsOptionsError } from './pools.errors';
import type { PoolsModuleOptions, PoolsOptions } from './pools.options';
import { POOLS_SETTINGS } from './pools-settings';

/** Fills in the defaults of the service. @throws PoolsOptionsError with everything that cannot be right */
export function resolvePoolsOptions(given: PoolsModuleOptions): PoolsOptions {
  const { options, problems } = readOptions(POOLS_SETTINGS, given);
  if (problems.length > 0) throw new PoolsOptionsError(problems);
  return options;
}
