import type { Labels } from '../monitoring/series/labels';
import { conditionOf } from './alert-condition';
import type { AlertReading } from './alert-evaluator';
import type { AlertRule } from './alert-rule';
import { type AlertState, nextState } from './alert-state';

/** Series of one rule that are evaluated at most; further ones are ignored. */
const MAX_ALERTS_PER_RULE = 1_000;

export interface TrackedAlert {
  readonly labels: Labels;
  readonly state: AlertState;
}

export interface AlertChange {
  readonly labels: Labels;
  readonly from: AlertState | undefined;
  readonly to: AlertState | undefined;
}

/** One rule with the states of its alerts. */
export class RuleTracker {
  readonly threshold: number | undefined;
  private readonly alerts = new Map<string, TrackedAlert>();
  private latest: readonly AlertReading[] = [];
  private error: string | undefined;
  private at: number | undefined;
  private took = 0;

  /** @throws PromqlBadDataError when the rule's expression is not PromQL */
  constructor(readonly rule: AlertRule) {
    this.threshold = conditionOf(rule.expr).threshold;
  }

  get active(): Iterable<TrackedAlert> {
    return this.alerts.values();
  }

  /** The readings of the last evaluation for which there is no alert. */
  get quiet(): readonly AlertReading[] {
    return this.latest.filter(({ labels }) => !this.alerts.has(labels.key));
  }

  /** Why the last evaluation failed. */
  get lastError(): string | undefined {
    return this.error;
  }

  /** Unix ms; `undefined` before the first. */
  get lastEvaluationMs(): number | undefined {
    return this.at;
  }

  get evaluationSeconds(): number {
    return this.took;
  }

  /** Computes the next state of every alert; a series that is gone counts as not active. @returns what changed */
  update(readings: readonly AlertReading[], nowMs: number, seconds: number): AlertChange[] {
    this.evaluated(undefined, nowMs, seconds);
    this.latest = readings.slice(0, MAX_ALERTS_PER_RULE);
    const byKey = new Map(this.latest.map((reading) => [reading.labels.key, reading]));
    const changes: AlertChange[] = [];
    const gone = [...this.alerts].filter(([key]) => !byKey.has(key));
    for (const [key, { labels, state }] of gone) {
      this.move(key, { labels, value: state.value, active: false }, nowMs, changes);
    }
    for (const [key, reading] of byKey) this.move(key, reading, nowMs, changes);
    return changes;
  }

  /** The rule could not be evaluated: its alerts stay as they are. */
  fail(error: unknown, nowMs: number, seconds: number): void {
    this.evaluated(error instanceof Error ? error.message : String(error), nowMs, seconds);
  }

  /** The clock was set by so many ms: the times of the alerts are told by the new one. */
  shift(stepMs: number): void {
    for (const [key, { labels, state }] of this.alerts) {
      const { sinceMs, activeAtMs } = state;
      this.alerts.set(key, {
        labels,
        state: { ...state, sinceMs: sinceMs + stepMs, activeAtMs: activeAtMs + stepMs },
      });
    }
  }

  private evaluated(error: string | undefined, nowMs: number, seconds: number): void {
    this.error = error;
    this.at = nowMs;
    this.took = seconds;
  }

  private move(key: string, reading: AlertReading, nowMs: number, changes: AlertChange[]): void {
    const from = this.alerts.get(key)?.state;
    const to = nextState(from, reading, this.rule.forSeconds * 1_000, nowMs);
    if (to === undefined) this.alerts.delete(key);
    else this.alerts.set(key, { labels: reading.labels, state: to });
    if (from?.phase !== to?.phase) changes.push({ labels: reading.labels, from, to });
  }
}
