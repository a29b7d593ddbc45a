import { CreateAlertState1764300000000 } from './create-alert-state.migration';

/** What notifications keep in the database, for `DatabaseModule.forRoot`; without it all is forgotten with the process. */
export const NOTIFICATION_TABLES = { entities: [], migrations: [CreateAlertState1764300000000] };
