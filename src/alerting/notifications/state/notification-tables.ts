import { AddNotificationOccurrences1764310000000 } from './add-notification-occurrences.migration';
import { CreateAlertNotifications1764300100000 } from './create-alert-notifications.migration';

/** What notifications keep in the database, for `DatabaseModule.forRoot`; without it all is forgotten with the process. */
export const NOTIFICATION_TABLES = {
  entities: [],
  migrations: [CreateAlertNotifications1764300100000, AddNotificationOccurrences1764310000000],
};
