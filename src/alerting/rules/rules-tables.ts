import { CreateAlertRules1764300000000 } from './create-alert-rules.migration';

/** What the rules keep in the database, for `DatabaseModule.forRoot`. */
export const RULES_TABLES = { entities: [], migrations: [CreateAlertRules1764300000000] };
