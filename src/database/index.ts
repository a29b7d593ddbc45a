// What another application imports as `performance-gateway/database`; inside the project files are imported themselves.
export { Database } from './database';
export { DatabaseModule } from './database.module';
export type { DatabaseOptions } from './database.options';
