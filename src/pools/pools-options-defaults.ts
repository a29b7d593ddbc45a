import { readOptions } from '../common/settings/resolve-options';
import { PoolsOptionsError } from './pools.errors';
import type { PoolsModuleOptions, PoolsOptions } from './pools.options';
import { POOL_NAMES, TENANTS_POOL } from './pools-option';
import { POOLS_SETTINGS } from './pools-settings';

/** Fills in the defaults of the service. @throws PoolsOptionsError with everything that cannot be right */
export function resolvePoolsOptions(given: PoolsModuleOptions): PoolsOptions {
  const { options, problems } = readOptions(POOLS_SETTINGS, given);
  const all = [...problems, ...problemsOfNames(given)];
  if (all.length > 0) throw new PoolsOptionsError(all);
  return options;
}

/** Each pool is known by one name: in figures, health, routes and `@InjectPool()`. */
function problemsOfNames(given: PoolsModuleOptions): string[] {
  const taken = new Map<string, string>([...POOL_NAMES, TENANTS_POOL.name].map((name) => [name, `the pool ${name}`]));
  const problems: string[] = [];
  for (const kind of ['postgres', 'redis', 'qdrant'] as const) {
    for (const name of Object.keys(given?.[kind]?.named ?? {})) {
      const path = `${kind}.named.${name}`;
      if (taken.has(name)) problems.push(`${path} must have a name of its own, ${taken.get(name)} has it`);
      taken.set(name, path);
    }
  }
  return problems;
}
