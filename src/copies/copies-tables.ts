import { CreateCopies1764200000000 } from './create-copies.migration';

/** What the copies keep in the database, for `DatabaseModule.forRoot`. */
export const COPIES_TABLES = { entities: [], migrations: [CreateCopies1764200000000] };
