import { resolveOptions } from '../common/settings/resolve-options';
import type { GivenOptions, ResolvedOptions } from '../common/settings/setting';
import { DATABASE_SETTINGS } from './database-settings';

/** The tables of the service are in a schema of their own, because the database may hold other things. */
export const DATABASE_SCHEMA = 'performance_gateway';

/** The injection token of the options. */
export const DATABASE_OPTIONS = Symbol('DATABASE_OPTIONS');

/** The entities and migrations of the rooms that have tables; the composition root collects them. */
export interface DatabaseOptions extends GivenOptions<typeof DATABASE_SETTINGS> {}

export type ResolvedDatabaseOptions = ResolvedOptions<typeof DATABASE_SETTINGS>;

/** Fills in the defaults. @throws ModuleOptionsError with everything that cannot be right */
export function resolveDatabaseOptions(given: DatabaseOptions): ResolvedDatabaseOptions {
  return resolveOptions('DatabaseModule.forRoot()', DATABASE_SETTINGS, given);
}
