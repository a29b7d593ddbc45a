// What the routes need besides `index.ts`. Not exported by the package: rules as Prometheus lists them, in terms of its
// API, and changes that hold in every copy, while another application has `AlertsService`.
export { type RuleBacktest, RuleBacktests } from './rule-backtests';
export { RuleGroupChanges } from './rule-group-changes';
export { runRuleTestTexts } from './rules/unit-tests/run-rule-test-texts';
export { AlertRuleGroupUnknownError } from './rules/rule.errors';
export { type ListedAlert, type ListedRule, RuleSource } from './rule-source';
export { isResolved, type KnownAlert } from './notifications/alerts/alert-book';
export { occurrenceOfTransition } from './notifications/alerts/occurrence';
export type { LedgerRow } from './notifications/delivery/ledger';
export { type AlertGroup, Dispatcher, isMuted } from './notifications/groups/dispatcher';
export { AlertMatcher, LABEL_NAME, matchesAll, parseMatchers } from './notifications/matching/alert-matcher';
export { AlertMatcherError, SilenceInvalidError, SilenceUnknownError } from './notifications/notifications.errors';
export { NotificationHealth } from './notifications/notification-health';
export { Notifications } from './notifications/notifications.service';
export type { Acknowledgement } from './notifications/silences/acknowledgements';
export type { MaintenanceWindow } from './notifications/silences/maintenance';
export { matcherOf, type Silence, silenceState } from './notifications/silences/silences';
export { NOTIFICATION_EVENT_KINDS, type NotificationEvent } from './notifications/state/state-store';
export type { PostedAlert } from './posted-alert';
