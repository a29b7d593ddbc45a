import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock';
import { ClockWatch } from '../common/clock-watch';
import { FailureLog } from '../common/log/failure-log';
import type { Labels } from '../monitoring/series/labels';
import { AlertEvaluator } from './alert-evaluator';
import { type Alert, alertList } from './alert-list';
import type { AlertRule } from './alert-rule';
import type { AlertPhase } from './alert-state';
import type { AlertChange } from './rule-tracker';
import { RuleTrackers } from './rule-trackers';

/** Changes remembered; the oldest go first. */
const MAX_HISTORY = 1_000;
/** How long (ms) no rule is judged after the clock was set: its windows mix samples of two clocks. */
const AFTER_STEP_MS = 60_000;

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
  private readonly failures: FailureLog;
  private readonly watch: ClockWatch;
  private judgesFromMs = -Infinity;

  constructor(
    private readonly trackers: RuleTrackers,
    private readonly evaluator: AlertEvaluator,
    private readonly clock: Clock,
  ) {
    this.failures = new FailureLog(this.logger, clock, 'The alert rules are evaluated again');
    this.watch = new ClockWatch(clock);
  }

  /** Every alert, the inactive ones included. */
  list(): Alert[] {
    return alertList(this.trackers.all);
  }

  /** The changes of state, the latest first. */
  history(): AlertEvent[] {
    return this.events.toReversed();
  }

  /**
   * Evaluates every rule as of now. A rule that cannot be evaluated keeps its state and does not stop the others; all
   * keep theirs while no samples are taken, and for a minute after the clock was set.
   */
  async evaluate(): Promise<void> {
    const nowMs = this.clock.now();
    const problem = this.clockProblem() ?? this.evaluator.dataProblem(nowMs);
    if (problem !== undefined) {
      for (const tracker of this.trackers.all) tracker.fail(problem, nowMs, 0);
      return this.failures.failed('The alerts keep their states', problem);
    }
    this.failures.succeeded();
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

  /** Moves the times of all alerts along with the clock: what has lasted for a minute has done so after a step, too. */
  private clockProblem(): string | undefined {
    const stepMs = this.watch.look();
    if (stepMs !== 0) {
      for (const tracker of this.trackers.all) tracker.shift(stepMs);
      this.judgesFromMs = this.clock.monotonic() + AFTER_STEP_MS;
    }
    return this.clock.monotonic() < this.judgesFromMs ? 'the clock was set less than a minute ago' : undefined;
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
