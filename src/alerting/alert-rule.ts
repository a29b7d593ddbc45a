export type AlertSeverity = 'warning' | 'critical';

/** An alert rule: each series that the PromQL expression returns is an alert. */
export interface AlertRule {
  /** Rules of one name watch the same thing at several severities: a firing critical alert inhibits the warning. */
  readonly name: string;
  readonly expr: string;
  readonly severity: AlertSeverity;
  /** How long the expression has to hold before the alert fires. */
  readonly forSeconds: number;
  /** One sentence for the person who gets the alert. */
  readonly summary: string;
}
