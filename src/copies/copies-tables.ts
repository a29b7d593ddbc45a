import { AddFirstSeen1764200200000 } from './add-first-seen.migration';
import { CreateCopies1764200000000 } from './create-copies.migration';

/** What the copies keep in the database, for `DatabaseModule.forRoot`. */
export const COPIES_TABLES = { entities: [], migrations: [CreateCopies1764200000000, AddFirstSeen1764200200000] };
