import type { RuleInput } from '../rule-group-input';

export type Severity = 'warning' | 'critical';

interface ShippedRule {
  readonly alert: string;
  readonly severity: Severity;
  readonly expr: string;
  readonly for: string;
  readonly keep_firing_for?: string;
  /** One sentence for the person who gets it; a template. */
  readonly summary: string;
  /** Why the threshold is where it is. */
  readonly description: string;
}

/** A rule as it stands in a rule file. */
export function shippedRule({ severity, summary, description, ...rule }: ShippedRule): RuleInput {
  return { ...rule, labels: { severity }, annotations: { summary, description } };
}
