import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Labels } from '../monitoring/series/labels';
import { AlertEvaluator } from './alert-evaluator';
import { type Alert, alertList } from './alert-list';
import type { AlertRule } from './alert-rule';
import { ALERTING_OPTIONS, type AlertingOptions } from './alerting.module-definition';
import type { AlertPhase } from './alert-state';
import { type AlertChange, RuleTracker } from './rule-tracker';
import { shippedRules } from './shipped-rules';

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

/** All alert rules and where their alerts stand. */
@Injectable()
export class AlertsService {
  readonly trackers: readonly RuleTracker[];
  private readonly logger = new Logger(AlertsService.name);
  private readonly events: AlertEvent[] = [];

  /** @throws PromqlBadDataError when the expression of a rule is not PromQL */
  constructor(
    @Inject(ALERTING_OPTIONS) options: AlertingOptions,
    private readonly evaluator: AlertEvaluator,
    private readonly clock: Clock,
  ) {
    this.trackers = [...shippedRules(options), ...options.rules].map((rule) => new RuleTracker(rule));
  }

  /** Every alert, also those that are quiet. */
  list(): Alert[] {
    return alertList(this.trackers);
  }

  /** What changed, the latest first. */
  history(): AlertEvent[] {
    return this.events.toReversed();
  }

  /** Evaluates every rule as of now. A rule that cannot be evaluated keeps its state and does not stop the others. */
  async evaluate(): Promise<void> {
    const nowMs = this.clock.now();
    for (const tracker of this.trackers) {
      const startedAt = this.clock.monotonic();
      const seconds = () => (this.clock.monotonic() - startedAt) / 1_000;
      try {
        const readings = await this.evaluator.evaluate(tracker.rule, nowMs);
        for (const change of tracker.update(readings, nowMs, seconds())) this.tell(tracker.rule, change, nowMs);
      } catch (error) {
        if (tracker.lastError === undefined) {
          this.logger.warn(`The rule ${tracker.rule.name} could not be evaluated: ${String(error)}`);
        }
        tracker.fail(error, nowMs, seconds());
      }
    }
  }

  private tell({ name, severity, summary }: AlertRule, { labels, from, to }: AlertChange, atMs: number): void {
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
