import { Logger } from '@nestjs/common';
import { ClockWatch } from '../../common/clock-watch';
import { FailureLog } from '../../common/log/failure-log';
import type { TickOutcome } from '../../monitoring/sampling/series-sampler';
import type { SeriesStore } from '../../monitoring/series/series-store';
import type { PostedAlert } from '../posted-alert';
import type { ActiveAlert } from './active-alert';
import { vanishedMetric, windowOf } from './expression-data';
import { groupParts, type RuleGround } from './group-parts';
import type { GroupParts } from './group-run';
import type { Rule } from './rule-file';
import { RuleGroups } from './rule-groups';
import type { UnknownCause } from './rule-run';
import { StoreSink } from './store-sink';
import { UnknownNotices } from './unknown-notices';

/** How long (ms) no rule is judged after the clock was set: its windows mix samples of two clocks. */
const AFTER_STEP_MS = 60_000;
/** Sampling intervals without samples after which the data no longer tells how things are. */
const LATE_TICKS = 3;
/** How far back (ms) data is missed that has vanished. */
const MISSED_MS = 86_400_000;
/** An alert of a former process is kept unseen for so long (ms) at most, and for so many intervals at least. */
const LONGEST_GRACE_MS = 15 * 60_000;
const GRACE_INTERVALS = 3;

/** The sampling that the rules rely on. */
export interface Sampling {
  readonly intervalMs: number;
  lastTick(): TickOutcome | undefined;
}

export interface LiveRuleParts extends Omit<RuleGround, 'sink'> {
  readonly store: SeriesStore;
  readonly sampling: Sampling;
  readonly intervalMs: number;
  readonly changed: GroupParts['changed'];
}

/**
 * The rules over what this process measures: evaluated when their time comes, and unknown, with their states kept, when
 * nothing tells how things are.
 */
export class LiveRules {
  readonly groups: RuleGroups;
  readonly unknown: UnknownNotices;
  private readonly logger = new Logger('AlertRules');
  private readonly failures: FailureLog;
  private readonly watch: ClockWatch;
  private readonly startedAtMs: number;
  private judgesFromMs = -Infinity;

  constructor(private readonly parts: LiveRuleParts) {
    const { clock, intervalMs, changed } = parts;
    this.groups = new RuleGroups(
      {
        ...groupParts({ ...parts, sink: new StoreSink(parts.store) }),
        changed,
        keeps: (rule, timeMs, alert) => this.keeps(rule, timeMs, alert),
        vanished: (rule, timeMs) => this.vanished(rule, timeMs),
      },
      intervalMs,
    );
    this.unknown = new UnknownNotices(parts.surroundings.externalUrl);
    this.failures = new FailureLog(this.logger, clock, 'The alert rules are evaluated again');
    this.watch = new ClockWatch(clock);
    this.startedAtMs = clock.monotonic();
  }

  /** Evaluates the groups whose time has come, or all. @returns what is to be told */
  async evaluate(all: boolean): Promise<PostedAlert[]> {
    const nowMs = this.parts.clock.now();
    const problem = this.clockProblem() ?? this.samplingProblem(nowMs);
    if (problem === undefined) this.failures.succeeded();
    else this.failures.failed('The alerts keep their states', problem.reason);
    const posted = await (all ? this.groups.evaluateAll(nowMs, problem) : this.groups.evaluateDue(nowMs, problem));
    return [...posted, ...this.unknown.update(this.groups.rules, nowMs, this.parts.intervalMs)];
  }

  private keeps({ parsed }: Rule, timeMs: number, { phase, unseen, keptSinceMs }: ActiveAlert): boolean {
    if (phase === 'inactive') return false;
    // What was not seen before the restart either goes on to be over.
    if (unseen && keptSinceMs === undefined && this.parts.clock.monotonic() - this.startedAtMs < this.graceMs(parsed))
      return true;
    return phase === 'firing' && vanishedMetric(parsed, this.parts.store, timeMs, MISSED_MS) !== undefined;
  }

  /** Until windows are filled again after a start. */
  private graceMs(expr: Rule['parsed']): number {
    return Math.min(LONGEST_GRACE_MS, windowOf(expr) + GRACE_INTERVALS * this.parts.intervalMs);
  }

  private vanished({ parsed }: Rule, timeMs: number): UnknownCause | undefined {
    const metric = vanishedMetric(parsed, this.parts.store, timeMs, MISSED_MS);
    if (metric === undefined) return undefined;
    // What vanishes together was measured together, as its names say.
    return { cause: `no data: ${metric.split('_')[0]!}`, reason: `${metric} has no samples any more` };
  }

  /** Moves the times of all alerts along with the clock: what has lasted for a minute has done so after a step, too. */
  private clockProblem(): UnknownCause | undefined {
    const stepMs = this.watch.look();
    if (stepMs !== 0) {
      this.groups.shift(stepMs);
      this.judgesFromMs = this.parts.clock.monotonic() + AFTER_STEP_MS;
    }
    if (this.parts.clock.monotonic() >= this.judgesFromMs) return undefined;
    return { cause: 'clock', reason: 'the clock was set less than a minute ago' };
  }

  private samplingProblem(nowMs: number): UnknownCause | undefined {
    const reason = this.samplingReason(nowMs);
    return reason === undefined ? undefined : { cause: 'sampling', reason };
  }

  private samplingReason(nowMs: number): string | undefined {
    const { intervalMs } = this.parts.sampling;
    const lastTick = this.parts.sampling.lastTick();
    if (lastTick === undefined) return undefined; // no rule has said anything yet
    const tick = `those of ${new Date(lastTick.atMs).toISOString()}`;
    if (lastTick.kept === 0 && lastTick.refused > 0) return `no samples are kept: there are newer ones than ${tick}`;
    if (nowMs - lastTick.atMs > LATE_TICKS * intervalMs) return `no samples are taken: the last are ${tick}`;
    if (lastTick.atMs - nowMs > intervalMs) return `the clock was set back: the last samples are ${tick}`;
    return undefined;
  }
}
