// What another application imports as `performance-gateway/database`.
import './packages';
export { Database } from './database';
export { DatabaseModule } from './database.module';
export type { DatabaseOptions } from './database.options';
