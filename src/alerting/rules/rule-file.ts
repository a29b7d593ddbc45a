import type { Expr } from '../../monitoring/promql/syntax/ast';

interface RuleBase {
  readonly name: string;
  /** As it was written. */
  readonly expr: string;
  readonly parsed: Expr;
  /** Labels that each result gets; of an alerting rule their values are templates. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the file it was read from, from 1. */
  readonly line: number;
}

/** Each series that the expression yields is an alert. */
export interface AlertingRule extends RuleBase {
  readonly kind: 'alerting';
  /** Templates. */
  readonly annotations: Readonly<Record<string, string>>;
  /** How long (ms) the expression has to hold before the alert fires. */
  readonly forMs: number;
  /** How long (ms) the alert goes on firing after the expression has ceased to hold. */
  readonly keepFiringForMs: number;
}

/** What the expression yields becomes series of a name of its own. */
export interface RecordingRule extends RuleBase {
  readonly kind: 'recording';
}

export type Rule = AlertingRule | RecordingRule;

/** Rules that are evaluated together, in their order: later ones see the results of earlier ones. */
export interface RuleGroup {
  readonly name: string;
  /** ms between two evaluations; `undefined`: the interval of all. */
  readonly intervalMs: number | undefined;
  /** Most alerts or series of one rule; 0: no limit of its own. */
  readonly limit: number;
  readonly rules: readonly Rule[];
}

/** Why a rule file is refused, and where. */
export interface RuleProblem {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/** `file:line:column: message`. */
export const problemText = (file: string, { line, column, message }: RuleProblem): string =>
  `${file}:${line}:${column}: ${message}`;
