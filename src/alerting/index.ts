// What another application imports as `performance-gateway/alerting`.
export type { Alert } from './alert-list';
export type { AlertRule, AlertSeverity } from './alert-rule';
export { AlertingModule } from './alerting.module';
export type { AlertingModuleOptions } from './alerting.module-definition';
export { type AlertEvent, AlertsService } from './alerts.service';
