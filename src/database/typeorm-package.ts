import { optionalPackage } from '../common/optional-package';

/** TypeORM, loaded by who has a database: monitoring and the other rooms that can keep something there do without. */
export const typeOrmPackage = optionalPackage(
  'typeorm',
  'A database',
  () => require('typeorm') as typeof import('typeorm'),
);
