import type { EntitySchema, MigrationInterface } from 'typeorm';

/** Our tables live in a schema of their own: the database may be one that holds other things. */
export const DATABASE_SCHEMA = 'performance_gateway';

type Class<T> = new (...args: never[]) => T;

/** Whoever owns a table lists its entity and its migrations where the modules are joined. */
export interface DatabaseOptions {
  /** Beyond those of `TypeOrmModule.forFeature`, which are found by themselves. */
  readonly entities?: readonly (Class<object> | EntitySchema)[];
  /** Classes named `<Name><timestamp in ms>`; their statements find `performance_gateway` first in the search path. */
  readonly migrations?: readonly Class<MigrationInterface>[];
}
