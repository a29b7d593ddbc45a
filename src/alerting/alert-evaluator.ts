import type { Labels } from '../monitoring/series/labels';
import type { AlertRule } from './alert-rule';

/** One series that the expression of a rule returned. */
export interface AlertReading {
  /** Without the metric's name. */
  readonly labels: Labels;
  readonly value: number;
  /** Whether the rule's expression holds for it. */
  readonly active: boolean;
}

/** Evaluates the expression of a rule. */
export abstract class AlertEvaluator {
  /** @throws when the rule cannot be evaluated now */
  abstract evaluate(rule: AlertRule, timeMs: number): Promise<AlertReading[]>;

  /** Why nothing that is stored tells how things are at that time; `undefined` when it does. */
  abstract dataProblem(timeMs: number): string | undefined;
}
