// What another application imports as `performance-gateway/alerting`.
import './packages';
export type { Alert } from './alert-list';
export { AlertingModule } from './alerting.module';
export type { AlertingModuleOptions } from './alerting.module-definition';
export { AlertsService } from './alerts.service';
export type { AlertEvent, HistoryQuery } from './rules/alert-history';
export type { RuleGroupInput, RuleInput } from './rules/rule-group-input';
