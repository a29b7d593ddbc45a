import type { Labels } from '../../monitoring/series/labels';
import type { PostedAlert } from '../posted-alert';
import { type AlertChange, AlertingRuleRun, type AlertingRuleParts } from './alerting-rule-run';
import { RecordingRuleRun } from './recording-rule-run';
import type { Rule, RuleGroup } from './rule-file';
import { type RuleHealth, type UnknownCause, writeYielded } from './rule-run';
import type { RuleSeriesSink } from './rule-sample';

/** A rule of a group, and how it stands. */
export class RuleOfGroup {
  readonly run: AlertingRuleRun | RecordingRuleRun;
  health: RuleHealth = { lastError: undefined, lastEvaluationMs: undefined, evaluationSeconds: 0, unknown: undefined };
  /** The series of the last evaluation, which have to be ended when they are no longer yielded. */
  series: ReadonlyMap<string, Labels> = new Map();

  constructor(
    readonly rule: Rule,
    limit: number,
    parts: AlertingRuleParts,
  ) {
    this.run =
      rule.kind === 'alerting'
        ? new AlertingRuleRun(rule, limit, parts)
        : new RecordingRuleRun(rule, limit, parts.query);
  }

  get alerting(): AlertingRuleRun | undefined {
    return this.run instanceof AlertingRuleRun ? this.run : undefined;
  }
}

/** What a group needs of its surroundings. */
export interface GroupParts extends AlertingRuleParts {
  readonly sink: RuleSeriesSink;
  /** ms, never going back. */
  readonly monotonic: () => number;
  /** Why it cannot be said how things are though the rule was evaluated; `undefined`: it can. */
  readonly vanished: (rule: Rule, timeMs: number) => UnknownCause | undefined;
  readonly generatorUrl: (rule: Rule) => string;
  /** What an alert of a rule went through. */
  readonly changed: (group: GroupRun, rule: Rule, change: AlertChange, timeMs: number) => void;
}

/** Rules that are evaluated one after another at one time: what one yields is seen by the next. */
export class GroupRun {
  readonly rules: readonly RuleOfGroup[];
  readonly intervalMs: number;
  lastEvaluationMs: number | undefined;
  evaluationSeconds = 0;

  /** @param file where the group comes from: with its name it says which group it is */
  constructor(
    readonly group: RuleGroup,
    readonly file: string,
    defaultIntervalMs: number,
    private readonly parts: GroupParts,
  ) {
    this.intervalMs = group.intervalMs ?? defaultIntervalMs;
    this.rules = group.rules.map((rule) => new RuleOfGroup(rule, group.limit, parts));
  }

  get key(): string {
    return `${this.file};${this.group.name}`;
  }

  /** Evaluates every rule; one that fails keeps its state and does not stop the others. @returns what is to be told */
  async evaluate(timeMs: number): Promise<PostedAlert[]> {
    const began = this.parts.monotonic();
    const due: PostedAlert[] = [];
    for (const rule of this.rules) {
      await this.evaluateRule(rule, timeMs);
      const { alerting } = rule;
      if (alerting !== undefined) {
        due.push(...alerting.takeDue(timeMs, this.intervalMs, this.parts.generatorUrl(rule.rule)));
      }
      const pause = this.parts.pause();
      if (pause !== undefined) await pause;
    }
    this.lastEvaluationMs = timeMs;
    this.evaluationSeconds = (this.parts.monotonic() - began) / 1_000;
    return due;
  }

  /** No rule can be evaluated: all keep their states. @returns what is to be told all the same: what fires goes on */
  fail(cause: UnknownCause, timeMs: number): PostedAlert[] {
    this.lastEvaluationMs = timeMs;
    return this.rules.flatMap((rule) => {
      rule.health = { lastError: cause.reason, lastEvaluationMs: timeMs, evaluationSeconds: 0, unknown: cause };
      return rule.alerting?.takeDue(timeMs, this.intervalMs, this.parts.generatorUrl(rule.rule)) ?? [];
    });
  }

  /** The group is no longer evaluated: its series end. */
  end(timeMs: number): void {
    for (const rule of this.rules) this.endSeries(rule.series, timeMs);
  }

  /** Goes on where a run of the same group stood, whose rules may have changed. */
  takeOver(former: GroupRun, timeMs: number): void {
    const left = new Map(former.rules.map((rule) => [identity(rule.rule), rule]));
    for (const rule of this.rules) {
      const before = left.get(identity(rule.rule));
      if (before === undefined) continue;
      left.delete(identity(rule.rule));
      rule.series = before.series;
      rule.health = before.health;
      if (rule.alerting !== undefined && before.alerting !== undefined) rule.alerting.restore(before.alerting.all);
    }
    for (const { series } of left.values()) this.endSeries(series, timeMs);
    this.lastEvaluationMs = former.lastEvaluationMs;
  }

  private async evaluateRule(rule: RuleOfGroup, timeMs: number): Promise<void> {
    const began = this.parts.monotonic();
    const healthy = (lastError: string | undefined, unknown: UnknownCause | undefined): void => {
      const evaluationSeconds = (this.parts.monotonic() - began) / 1_000;
      rule.health = { lastError, lastEvaluationMs: timeMs, evaluationSeconds, unknown };
    };
    try {
      const isEmpty = await this.yieldOf(rule, timeMs);
      healthy(undefined, isEmpty ? this.parts.vanished(rule.rule, timeMs) : undefined);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      healthy(reason, { cause: causeOf(error), reason });
    }
  }

  /** @returns whether the expression yielded nothing */
  private async yieldOf(rule: RuleOfGroup, timeMs: number): Promise<boolean> {
    if (!(rule.run instanceof AlertingRuleRun)) {
      const recorded = await rule.run.evaluate(timeMs);
      rule.series = writeYielded(this.parts.sink, rule.series, recorded, timeMs);
      return recorded.length === 0;
    }
    const { series, changes, isEmpty } = await rule.run.evaluate(timeMs);
    rule.series = writeYielded(this.parts.sink, rule.series, series, timeMs);
    for (const change of changes) this.parts.changed(this, rule.rule, change, timeMs);
    return isEmpty;
  }

  private endSeries(series: ReadonlyMap<string, Labels>, timeMs: number): void {
    for (const labels of series.values()) this.parts.sink.end(labels, timeMs);
  }
}

/** By which a rule is found again after its group was read anew. */
export const identity = ({ kind, name, labels }: Rule): string =>
  JSON.stringify([kind, name, Object.entries(labels).toSorted()]);

/** Rules that fail for the same reason have the same cause. */
const causeOf = (error: unknown): string => (error as { code?: unknown }).code?.toString() ?? 'evaluation';
