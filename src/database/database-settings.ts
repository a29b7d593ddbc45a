import { type Kind, kindOf } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import type { EntitySchema, MigrationInterface } from 'typeorm';

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

/** Every option of `DatabaseModule.forRoot`; none comes from a variable. */
export const DATABASE_SETTINGS = {
  /** In addition to those of `TypeOrmModule.forFeature`, which are found without it. */
  entities: setting(ENTITIES, { default: [] }),
  /** Classes named `<Name><timestamp in ms>`; `performance_gateway` comes first in their search path. */
  migrations: setting(MIGRATIONS, { default: [] }),
};
