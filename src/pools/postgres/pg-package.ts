import { optionalPackage } from '../../common/optional-package';

/** The driver, loaded with the first pool that has a server. */
export const pgPackage = optionalPackage('pg', 'PostgreSQL', () => require('pg') as typeof import('pg'));
