import type { Labels } from '../../../monitoring/series/labels';
import { type AlertChange, AlertingRuleRun, type AlertingRuleParts } from '../alerting-rule-run';
import { conditionOf } from '../alert-condition';
import { RecordingRuleRun } from '../recording-rule-run';
import type { Rule } from '../rule-file';
import { writeYielded } from '../rule-run';
import type { RuleSample, RuleSeriesSink } from '../rule-sample';
import { AlertBacktestTooLargeError } from '../rule.errors';

/** Alerts of one rule that are told one by one; the others are counted. */
const MOST_EPISODES = 1_000;

/** One time that an alert was active: from when its expression held until it was over. */
export interface AlertEpisode {
  readonly labels: Labels;
  /** Since when (Unix ms) its expression held. */
  readonly activeAtMs: number;
  /** Since when it fired; `undefined`: it did not last for long enough. */
  firedAtMs: number | undefined;
  /** When it was over; `undefined`: it still lasts. */
  endedAtMs: number | undefined;
  /** The worst value: the highest, or the lowest where the rule asks for low ones. */
  peak: number;
}

/** One rule in the past: the same evaluation as of today's rules, with what became of its alerts. */
export class RuleReplay {
  readonly episodes: AlertEpisode[] = [];
  /** Alerts that fired and found no place among the episodes. */
  notKept = 0;
  /** Alerts that were over before they fired. */
  pendingOnly = 0;
  /** Evaluations that failed. */
  failures = 0;
  lastError: string | undefined;
  private readonly run: AlertingRuleRun | RecordingRuleRun;
  private readonly worse: (one: number, other: number) => number;
  private readonly active = new Map<string, AlertEpisode>();
  private series: ReadonlyMap<string, Labels> = new Map();
  private samples: () => readonly RuleSample[] | Promise<readonly RuleSample[]> = () => [];

  /** @param sink takes what the rule yields; `undefined` where no rule reads it */
  constructor(
    readonly rule: Rule,
    limit: number,
    parts: AlertingRuleParts,
    private readonly sink: RuleSeriesSink | undefined,
  ) {
    const query = async () => this.samples();
    // Annotations decide nothing, and are the most of the work.
    this.run =
      rule.kind === 'alerting'
        ? new AlertingRuleRun({ ...rule, annotations: {} }, limit, { ...parts, query })
        : new RecordingRuleRun(rule, limit, query);
    this.worse = conditionOf(rule.expr).isBelow ? Math.min : Math.max;
  }

  /** Nothing goes on: an evaluation that yields nothing changes nothing. */
  get isQuiet(): boolean {
    return this.active.size === 0 && this.series.size === 0;
  }

  /** @param samples what the expression yields at that time; it throws what the evaluation fails with. @throws AlertBacktestTooLargeError */
  async evaluate(timeMs: number, samples: typeof this.samples): Promise<void> {
    this.samples = samples;
    try {
      if (this.run instanceof AlertingRuleRun) {
        const { series, changes } = await this.run.evaluate(timeMs);
        this.write(series, timeMs);
        this.follow(this.run, changes, timeMs);
      } else {
        this.write(await this.run.evaluate(timeMs), timeMs);
      }
    } catch (error) {
      if (error instanceof AlertBacktestTooLargeError) throw error;
      this.failures++;
      this.lastError = error instanceof Error ? error.message : String(error);
    }
  }

  private write(yielded: Awaited<ReturnType<RecordingRuleRun['evaluate']>>, timeMs: number): void {
    if (this.sink !== undefined) this.series = writeYielded(this.sink, this.series, yielded, timeMs);
  }

  private follow(run: AlertingRuleRun, changes: readonly AlertChange[], timeMs: number): void {
    for (const { alert, from, to } of changes) {
      const { key } = alert.labels;
      if (from === 'inactive') {
        const { labels, activeAtMs, value } = alert;
        const begun = { labels, activeAtMs, firedAtMs: undefined, endedAtMs: undefined, peak: value };
        this.active.set(key, begun);
      }
      const episode = this.active.get(key)!;
      if (to === 'firing') {
        episode.firedAtMs = timeMs;
        if (this.episodes.length < MOST_EPISODES) this.episodes.push(episode);
        else this.notKept++;
      }
      if (to !== 'inactive') continue;
      this.active.delete(key);
      episode.endedAtMs = timeMs;
      if (episode.firedAtMs === undefined) this.pendingOnly++;
    }
    for (const [key, episode] of this.active) {
      episode.peak = this.worse(episode.peak, run.byKey.get(key)!.value);
    }
  }
}
