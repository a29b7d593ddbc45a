import { FLAG, type Kind, kindOf, textLike } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import type { EntitySchema, MigrationInterface, NamingStrategyInterface } from 'typeorm';

type Class<T> = new (...args: never[]) => T;

const isClass = (one: unknown) => typeof one === 'function';
const isEntity = (one: unknown) => isClass(one) || (typeof one === 'object' && one !== null && 'options' in one);

const ENTITIES: Kind<readonly (Class<object> | EntitySchema)[]> = kindOf(
  'an array of entity classes',
  (value) => Array.isArray(value) && value.every(isEntity),
);
const MIGRATIONS: Kind<readonly Class<MigrationInterface>[]> = kindOf(
  'an array of migration classes',
  (value) => Array.isArray(value) && value.every(isClass),
);

const SCHEMA = textLike(
  'a name of lower-case letters, digits and _, at most 63, not first a digit',
  /^[a-z_][a-z0-9_]{0,62}$/,
);
const NAMING_STRATEGY: Kind<NamingStrategyInterface> = kindOf(
  'a naming strategy of TypeORM',
  (value) => typeof (value as Partial<NamingStrategyInterface> | null)?.tableName === 'function',
);

/** Every option of `DatabaseModule.forRoot`; none comes from a variable. */
export const DATABASE_SETTINGS = {
  /** In addition to those of `TypeOrmModule.forFeature`, which are found without it. */
  entities: setting(ENTITIES, { default: [] }),
  /** Classes named `<Name><timestamp in ms>`; the schema, where one is given, comes first in their search path. */
  migrations: setting(MIGRATIONS, { default: [] }),
  /** Where the tables are; it is made where it does not exist. Without it they are where the search path of the role says. */
  schema: setting(SCHEMA, {}),
  /** How TypeORM makes names of tables and columns from those of classes; without it its own way. */
  namingStrategy: setting(NAMING_STRATEGY, {}),
  /** Writes each statement to the log, at level debug, without its values. Default false. */
  logging: setting(FLAG, { default: false }),
  /** Makes the tables be as the entities say at each start, which may drop columns: for development. Default false. */
  synchronize: setting(FLAG, { default: false }),
};
