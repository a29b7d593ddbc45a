import type { Labels } from '../../monitoring/series/labels';
import { Labels as LabelSet, NAME_LABEL } from '../../monitoring/series/labels';
import type { PostedAlert } from '../posted-alert';
import type { ExpandableTemplate } from '../template/template-set';
import { TemplateMap } from '../template/template-values';
import { type ActiveAlert, type AlertPhase, type Found, isDue, nextAlert, posted } from './active-alert';
import { conditionOf } from './alert-condition';
import type { AlertingRule } from './rule-file';
import type { RuleSample } from './rule-sample';
import { checkLimit, type YieldedSeries } from './rule-run';
import type { RuleTemplates, TemplateAnswers, TemplateQuery } from './rule-template';

const ALERT_NAME = 'alertname';
const ALERT_STATE = 'alertstate';
const NO_LABELS = new TemplateMap([]);

/** An alert that went from one phase to another. */
export interface AlertChange {
  readonly alert: ActiveAlert;
  readonly from: AlertPhase;
  readonly to: AlertPhase;
}

/** What evaluations of rules share. */
export interface AlertingRuleParts {
  readonly templates: RuleTemplates;
  readonly query: (expr: AlertingRule['parsed'], timeMs: number) => Promise<readonly RuleSample[]>;
  /** Answers the queries of templates. */
  readonly ask: (timeMs: number) => TemplateQuery;
  /** Lets others have the event loop, where it is time for it. */
  readonly pause: () => Promise<void> | undefined;
  /**
   * Why nothing can be said of alerts that an evaluation did not yield, such as vanished data: they stay as they are.
   * `undefined`: they are over.
   */
  readonly keeps: (rule: AlertingRule, timeMs: number, alert: ActiveAlert) => boolean;
}

/** What an evaluation of an alerting rule came to. */
export interface AlertingOutcome {
  readonly series: readonly YieldedSeries[];
  readonly changes: readonly AlertChange[];
  /** The expression yielded nothing. */
  readonly isEmpty: boolean;
}

interface NamedAlert {
  /** What templates added to the labels of the result. */
  readonly added: string;
  readonly labels: Labels;
  readonly key: string;
}

/** One alerting rule with the states of its alerts. */
export class AlertingRuleRun {
  private alerts = new Map<string, ActiveAlert>();
  /** Labels of results that came before, and what was made of them: the same series come again and again. */
  private readonly named = new WeakMap<Labels, NamedAlert>();
  private readonly labelTemplates: readonly (readonly [string, ExpandableTemplate])[];
  private readonly threshold: number | undefined;
  private readonly annotationTemplates: readonly (readonly [string, ExpandableTemplate])[];

  constructor(
    readonly rule: AlertingRule,
    private readonly limit: number,
    private readonly parts: AlertingRuleParts,
  ) {
    const parse = (texts: Readonly<Record<string, string>>) =>
      Object.entries(texts).map(([name, text]) => [name, parts.templates.parse(rule.name, text)] as const);
    this.threshold = conditionOf(rule.expr).threshold;
    this.labelTemplates = parse(rule.labels);
    this.annotationTemplates = parse(rule.annotations);
  }

  /** The alerts of the rule, those that were resolved in the last quarter of an hour included. */
  get all(): readonly ActiveAlert[] {
    return [...this.alerts.values()];
  }

  /** The same by their labels' keys. */
  get byKey(): ReadonlyMap<string, ActiveAlert> {
    return this.alerts;
  }

  /** Takes over the alerts of a former run of the rule; of one that both have, the state that has lasted longer. */
  restore(alerts: readonly ActiveAlert[]): void {
    for (const alert of alerts) {
      const { key } = alert.labels;
      const known = this.alerts.get(key);
      const longer = alert.phase !== 'inactive' && (known === undefined || known.activeAtMs > alert.activeAtMs);
      if (known === undefined || longer) this.alerts.set(key, alert);
    }
  }

  /** The clock was set by so many ms: the times of the alerts are told by the new one. */
  shift(stepMs: number): void {
    const moved = (timeMs: number | undefined) => (timeMs === undefined ? undefined : timeMs + stepMs);
    for (const [key, alert] of this.alerts) {
      this.alerts.set(key, {
        ...alert,
        activeAtMs: alert.activeAtMs + stepMs,
        firedAtMs: moved(alert.firedAtMs),
        resolvedAtMs: moved(alert.resolvedAtMs),
        keptSinceMs: moved(alert.keptSinceMs),
        sentAtMs: moved(alert.sentAtMs),
      });
    }
  }

  /**
   * Evaluates the rule: nothing changes where that fails.
   * @throws Error for two alerts with the same labels, and for more than the group allows
   */
  async evaluate(timeMs: number): Promise<AlertingOutcome> {
    const found = await this.findAlerts(timeMs);
    const next = new Map<string, ActiveAlert>();
    const changes: AlertChange[] = [];
    let active = 0;
    const goOn = (key: string, before: ActiveAlert | undefined, seen: Found | undefined): void => {
      const stays = before !== undefined && seen === undefined && this.parts.keeps(this.rule, timeMs, before);
      const alert = stays ? before : nextAlert(before, seen, this.rule, timeMs);
      const from = before?.phase ?? 'inactive';
      const to = alert?.phase ?? 'inactive';
      if (from !== to) changes.push({ alert: alert ?? { ...before!, phase: 'inactive' }, from, to });
      if (alert === undefined) return;
      next.set(key, alert);
      if (alert.phase !== 'inactive') active++;
    };
    for (const [key, before] of this.alerts) goOn(key, before, found.get(key));
    for (const [key, seen] of found) if (!this.alerts.has(key)) goOn(key, undefined, seen);
    checkLimit(active, this.limit, 'alerts');
    this.alerts = next;
    return { series: [...next.values()].flatMap(seriesOf), changes, isEmpty: found.size === 0 };
  }

  /** What is to be told after an evaluation; it counts as told. */
  takeDue(timeMs: number, intervalMs: number, generatorUrl: string): PostedAlert[] {
    const due: PostedAlert[] = [];
    for (const [key, alert] of this.alerts) {
      if (!isDue(alert, timeMs)) continue;
      this.alerts.set(key, { ...alert, sentAtMs: timeMs });
      due.push({ ...posted(alert, intervalMs, timeMs, generatorUrl), threshold: this.threshold });
    }
    return due;
  }

  private async findAlerts(timeMs: number): Promise<Map<string, Found>> {
    const samples = await this.parts.query(this.rule.parsed, timeMs);
    const found = new Map<string, Found>();
    const answers: TemplateAnswers = new Map();
    const ask = this.parts.ask(timeMs);
    const isPlain = this.labelTemplates.length + this.annotationTemplates.length === 0;
    for (const { labels, value } of samples) {
      const seen = isPlain ? NO_LABELS : new TemplateMap(labels);
      const expand = async (template: ExpandableTemplate) =>
        this.parts.templates.expand(template, seen, value, answers, ask);
      const added: [string, string][] = [];
      for (const [name, template] of this.labelTemplates) added.push([name, await expand(template)]);
      const annotations: Record<string, string> = {};
      for (const [name, template] of this.annotationTemplates) annotations[name] = await expand(template);
      const { labels: named, key } = this.nameOf(labels, added);
      if (found.has(key)) {
        throw new Error('vector contains metrics with the same labelset after applying alert labels');
      }
      found.set(key, { labels: named, annotations, value });
      const pause = this.parts.pause();
      if (pause !== undefined) await pause;
    }
    return found;
  }

  private nameOf(labels: Labels, added: readonly (readonly [string, string])[]): NamedAlert {
    const text = added.length === 0 ? '' : JSON.stringify(added);
    const known = this.named.get(labels);
    if (known?.added === text) return known;
    const alert = LabelSet.from([...labels.withoutName(), ...added, [ALERT_NAME, this.rule.name]]);
    const made = { added: text, labels: alert, key: alert.key };
    this.named.set(labels, made);
    return made;
  }
}

interface AlertSeries {
  readonly pending: Labels;
  readonly firing: Labels;
  readonly forState: Labels;
}

const ALERT_SERIES = new WeakMap<Labels, AlertSeries>();

/** The labels of the series of an alert, made once for as long as it lasts. */
function seriesLabels(labels: Labels): AlertSeries {
  const known = ALERT_SERIES.get(labels);
  if (known !== undefined) return known;
  const state = (phase: AlertPhase) => LabelSet.from([...labels, [NAME_LABEL, 'ALERTS'], [ALERT_STATE, phase]]);
  const forState = LabelSet.from([...labels, [NAME_LABEL, 'ALERTS_FOR_STATE']]);
  const made = { pending: state('pending'), firing: state('firing'), forState };
  ALERT_SERIES.set(labels, made);
  return made;
}

/** `ALERTS` and `ALERTS_FOR_STATE` of an alert that is not over. */
function seriesOf({ labels, phase, activeAtMs }: ActiveAlert): YieldedSeries[] {
  if (phase === 'inactive') return [];
  const { forState, ...states } = seriesLabels(labels);
  return [
    { labels: states[phase], value: 1 },
    { labels: forState, value: Math.floor(activeAtMs / 1_000) },
  ];
}
