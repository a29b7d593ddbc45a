import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Labels } from '../monitoring/series/labels';
import { AlertEvaluator } from './alert-evaluator';
import { type Alert, alertList } from './alert-list';
import type { AlertRule } from './alert-rule';
import type { AlertPhase } from './alert-state';
import type { AlertChange } from './rule-tracker';
import { RuleTrackers } from './rule-trackers';

/** Changes remembered; the oldest go first. */
const MAX_HISTORY = 1_000;

export interface AlertEvent {
  readonly atMs: number;
  readonly name: string;
  readonly severity: AlertRule['severity'];
  readonly labels: Labels;
  readonly from: 'inactive' | AlertPhase;
  readonly to: 'inactive' | AlertPhase;
  readonly value: number;
}

/** All alert rules with the states of their alerts. */
@Injectable()
export class AlertsService {
  private readonly logger = new Logger(AlertsService.name);
  private readonly events: AlertEvent[] = [];

  constructor(
    private readonly trackers: RuleTrackers,
    private readonly evaluator: AlertEvaluator,
    private readonly clock: Clock,
  ) {}

  /** Every alert, the inactive ones included. */
  list(): Alert[] {
    return alertList(this.trackers.all);
  }

  /** The changes of state, the latest first. */
  history(): AlertEvent[] {
    return this.events.toReversed();
  }

  /** Evaluates every rule as of now. A rule that cannot be evaluated keeps its state and does not stop the others. */
  async evaluate(): Promise<void> {
    const nowMs = this.clock.now();
    for (const tracker of this.trackers.all) {
      const startedAt = this.clock.monotonic();
      const seconds = () => (this.clock.monotonic() - startedAt) / 1_000;
      try {
        const readings = await this.evaluator.evaluate(tracker.rule, nowMs);
        for (const change of tracker.update(readings, nowMs, seconds())) this.record(tracker.rule, change, nowMs);
      } catch (error) {
        if (tracker.lastError === undefined) {
          this.logger.warn(`The rule ${tracker.rule.name} could not be evaluated: ${String(error)}`);
        }
        tracker.fail(error, nowMs, seconds());
      }
    }
  }

  private record({ name, severity, summary }: AlertRule, { labels, from, to }: AlertChange, atMs: number): void {
    const value = (to ?? from)!.value;
    this.events.push({
      atMs,
      name,
      severity,
      labels,
      from: from?.phase ?? 'inactive',
      to: to?.phase ?? 'inactive',
      value,
    });
    if (this.events.length > MAX_HISTORY) this.events.shift();
    if (to?.phase === 'firing') this.logger.warn(`${name} (${severity}) fires at ${value}: ${summary}`);
    if (to?.phase === 'resolved') this.logger.log(`${name} (${severity}) is resolved at ${value}`);
  }
}
