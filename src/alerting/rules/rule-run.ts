import type { Labels } from '../../monitoring/series/labels';
import type { Rule } from './rule-file';
import type { RuleSeriesSink } from './rule-sample';

/** A series that a rule yields at an evaluation. */
export interface YieldedSeries {
  readonly labels: Labels;
  readonly value: number;
}

/** How a rule stands: whether it could be evaluated the last time, and how long that took. */
export interface RuleHealth {
  readonly lastError: string | undefined;
  /** Unix ms; `undefined` before the first evaluation. */
  readonly lastEvaluationMs: number | undefined;
  readonly evaluationSeconds: number;
  /** Why it cannot be said whether the rule's condition holds: an error, or data that has vanished. */
  readonly unknown: UnknownCause | undefined;
}

/** Why a rule cannot say how things are. */
export interface UnknownCause {
  /** The same for all rules that the same fault makes unknown. */
  readonly cause: string;
  readonly reason: string;
}

/** One rule over time. */
export interface RuleRun {
  readonly rule: Rule;
  readonly health: RuleHealth;
  /** @returns the series of this evaluation. @throws when it cannot be evaluated: the state stays as it is */
  evaluate(timeMs: number): Promise<readonly YieldedSeries[]>;
}

/** More alerts or series of one rule are refused, whatever its group allows: they are held in memory. */
export const MOST_RESULTS = 20_000;

/** @throws Error when a rule yields more than its group allows */
export function checkLimit(count: number, limit: number, what: 'alerts' | 'series'): void {
  const allowed = limit > 0 ? Math.min(limit, MOST_RESULTS) : MOST_RESULTS;
  if (count > allowed) throw new Error(`exceeded limit of ${allowed} with ${count} ${what}`);
}

/**
 * Writes what a rule yields, and ends the series that it no longer yields.
 * @param before the series of the evaluation before
 * @returns those of this one
 */
export function writeYielded(
  sink: RuleSeriesSink,
  before: ReadonlyMap<string, Labels>,
  yielded: readonly YieldedSeries[],
  timeMs: number,
): ReadonlyMap<string, Labels> {
  const now = new Map<string, Labels>();
  for (const { labels, value } of yielded) {
    now.set(labels.key, labels);
    sink.append(labels, timeMs, value);
  }
  for (const [key, labels] of before) if (!now.has(key)) sink.end(labels, timeMs);
  return now;
}
