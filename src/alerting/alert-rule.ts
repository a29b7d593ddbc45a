export type AlertSeverity = 'warning' | 'critical';

/** A rule as data: whatever series the PromQL expression yields is something to be told about. */
export interface AlertRule {
  /** Rules of one name are about one thing at several severities: the more severe silences the less severe. */
  readonly name: string;
  readonly expr: string;
  readonly severity: AlertSeverity;
  /** How long the expression has to hold before the alert fires. */
  readonly forSeconds: number;
  /** One sentence for whoever is woken up. */
  readonly summary: string;
}
