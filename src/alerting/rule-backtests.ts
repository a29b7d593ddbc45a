import { Inject, Injectable, Optional } from '@nestjs/common';
import { Clock } from '../common/clock';
import { LoopSlices } from '../common/loop-slices';
import { Instance } from '../copies/instance';
import { type Grid, gridOf } from '../monitoring/promql/evaluation/grid';
import { PromqlEngine } from '../monitoring/promql/promql-engine';
import { SeriesStore } from '../monitoring/series/series-store';
import { ALERTING_OPTIONS, type AlertingOptions } from './alerting.module-definition';
import { NotificationRehearsal, type RehearsedNotification } from './notifications/notification-rehearsal';
import { Notifications } from './notifications/notifications.service';
import { BacktestSource } from './rules/backtest/backtest-source';
import { backtestGroup } from './rules/backtest/group-backtest';
import type { AlertEpisode, RuleReplay } from './rules/backtest/rule-replay';
import { groupParts } from './rules/group-parts';
import { groupsOf, type RuleGroupInput } from './rules/rule-group-input';
import { AlertBacktestRunningError, AlertBacktestTooLargeError } from './rules/rule.errors';

/** How long (ms) a backtest may take. */
const TIMEOUT_MS = 50_000;
const MOST_EVALUATIONS = 100_000;
/** Notifications are worked out for so many alerts at most, and so many are told one by one. */
const MOST_ALERTS = 5_000;
const MOST_NOTIFICATIONS = 1_000;

/** What a group of rules would have done. */
export interface RuleBacktest {
  /** The times of the first and the last evaluation (Unix ms). */
  readonly grid: Grid;
  readonly rules: readonly RuleReplay[];
  /** How many notifications there would have been, and the first of them. */
  readonly notificationCount: number;
  readonly notifications: readonly RehearsedNotification[];
}

/** Tries rules over the kept history before they are saved. */
@Injectable()
export class RuleBacktests {
  private running = false;

  constructor(
    @Inject(ALERTING_OPTIONS) private readonly options: AlertingOptions,
    private readonly clock: Clock,
    // Where there is none, AlertsService says what to import.
    @Optional() private readonly store: SeriesStore,
    private readonly notifications: Notifications,
    @Optional() private readonly instance?: Instance,
  ) {}

  /**
   * What the group would have done from the first sample that is kept until now, evaluated at its interval.
   * @throws AlertRulesInvalidError, AlertBacktestRunningError, AlertBacktestTooLargeError
   */
  async run(input: RuleGroupInput): Promise<RuleBacktest> {
    const [group] = groupsOf([input]);
    if (this.running) throw new AlertBacktestRunningError();
    this.running = true;
    const ending = new AbortController();
    const late = () => ending.abort(new AlertBacktestTooLargeError(`it takes longer than ${TIMEOUT_MS / 1_000} s`));
    const timer = setTimeout(late, TIMEOUT_MS);
    try {
      const grid = this.grid(group!.intervalMs ?? this.options.intervalMs);
      const source = new BacktestSource(this.store, group!.rules);
      const engine = new PromqlEngine(source);
      const labels: Readonly<Record<string, string>> = this.instance ? { instance: this.instance.id } : {};
      const externalUrl = this.notifications.externalUrl;
      const surroundings = { externalLabels: labels, externalUrl };
      const rules = groupParts({ engine, sink: source, clock: this.clock, surroundings });
      const slices = new LoopSlices(this.clock, { sliceMs: 2 });
      const replays = await backtestGroup(group!, grid, { engine, source, rules, slices, signal: ending.signal });
      const alerts = replays.flatMap(({ episodes }) => episodes.map((episode) => fired(episode, labels)));
      const told = await new NotificationRehearsal(this.notifications.core.config).run(
        alerts.slice(0, MOST_ALERTS),
        grid.endMs,
        slices,
      );
      const notifications = told.slice(0, MOST_NOTIFICATIONS);
      return { grid, rules: replays, notificationCount: told.length, notifications };
    } finally {
      clearTimeout(timer);
      this.running = false;
    }
  }

  /** The whole multiples of the interval, at which rules are evaluated, within the history. */
  private grid(intervalMs: number): Grid {
    const untilMs = Math.floor(this.clock.now() / intervalMs) * intervalMs;
    const oldestMs = this.store.stats().oldestMs ?? Infinity;
    const grid = gridOf(Math.ceil(oldestMs / intervalMs) * intervalMs, untilMs, intervalMs);
    if (grid.steps > MOST_EVALUATIONS) {
      throw new AlertBacktestTooLargeError(
        `${grid.steps} evaluations of each rule; at most ${MOST_EVALUATIONS} are made`,
      );
    }
    return grid.steps === 0 ? gridOf(untilMs, untilMs, intervalMs) : grid;
  }
}

const fired = ({ labels, firedAtMs, endedAtMs }: AlertEpisode, more: Readonly<Record<string, string>>) => ({
  labels: { ...more, ...labels.toObject() },
  firedAtMs: firedAtMs!,
  endedAtMs,
});
