import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { PromqlEngine } from '../monitoring/promql/promql-engine';
import { parseExpression } from '../monitoring/promql/syntax/expression-parser';
import { Labels } from '../monitoring/series/labels';
import type { SeriesStore } from '../monitoring/series/series-store';
import { type Alert, activeAlerts, quietAlert } from './alert-list';
import type { AlertingOptions } from './alerting.module-definition';
import type { AlertReceiver } from './posted-alert';
import type { AlertChange } from './rules/alerting-rule-run';
import { conditionOf } from './rules/alert-condition';
import { type AlertEvent, AlertHistory, type HistoryQuery } from './rules/alert-history';
import type { GroupRun, RuleOfGroup } from './rules/group-run';
import { LiveRules, type Sampling } from './rules/live-rules';
import type { Rule } from './rules/rule-file';
import { RuleFiles, type RuleFileOutcome } from './rules/rule-files';
import { groupsOf, type RuleGroupInput } from './rules/rule-group-input';
import { samplesOf } from './rules/rule-sample';
import { RuleStates } from './rules/rule-states';
import { AlertRuleGroupUnknownError } from './rules/rule.errors';
import { shippedRules } from './rules/shipped/shipped-rules';

/** For how long (ms) after the start the states of a former process are waited for before rules are judged. */
const WAIT_FOR_STATES_MS = 30_000;
const QUIET_SERIES = 20;

/** The name of a group that was set by itself, among those of files. */
const sourceOf = (group: string): string => `api:${group}`;

/** What alerts are made of and where they go. */
export interface AlertsParts {
  readonly options: AlertingOptions;
  readonly engine: PromqlEngine;
  readonly store: SeriesStore;
  readonly sampling: Sampling;
  readonly clock: Clock;
  readonly receiver: AlertReceiver | undefined;
  /** Where states and history are kept; `undefined`: in this process alone. */
  readonly database: (ConstructorParameters<typeof AlertHistory>[0] & object) | undefined;
  /** This copy's name. */
  readonly instance: string | undefined;
}

/** All alert rules with the states of their alerts, and what became of them. */
@Injectable()
export class AlertsService {
  private readonly logger = new Logger(AlertsService.name);
  private readonly live: LiveRules;
  private readonly files: RuleFiles;
  private readonly states: RuleStates | undefined;
  private readonly past: AlertHistory;
  private readonly startedAtMs: number;
  private statesLoaded = false;
  private evaluating: Promise<void> = Promise.resolve();

  constructor(private readonly parts: AlertsParts) {
    const { options, clock, database, instance = '' } = parts;
    const surroundings = {
      externalLabels: (parts.instance === undefined ? {} : { instance }) as Readonly<Record<string, string>>,
      externalUrl: options.externalUrl?.replace(/\/$/, '') ?? '',
    };
    this.live = new LiveRules({
      ...parts,
      surroundings,
      intervalMs: options.intervalMs,
      changed: (_group, rule, change, timeMs) => this.record(rule, change, timeMs),
    });
    this.files = new RuleFiles(options.ruleFiles, this.live.groups);
    this.states = database === undefined ? undefined : new RuleStates(database, instance);
    this.past = new AlertHistory(database, instance);
    this.startedAtMs = clock.monotonic();
    this.live.groups.set('built-in', groupsOf(shippedRules(options)), clock.now());
    this.live.groups.set('options', groupsOf(options.rules), clock.now());
  }

  /** Every group of rules, by where it comes from. */
  get groups(): readonly GroupRun[] {
    return this.live.groups.all;
  }

  /** What became of each rule file when it was last read. */
  get ruleFiles(): readonly RuleFileOutcome[] {
    return this.files.status;
  }

  /** The alerts that are not inactive; resolved ones for a quarter of an hour. */
  active(): Alert[] {
    return activeAlerts(this.live.groups.rules);
  }

  /** Every alert; a rule without one has an entry for each series that its condition looks at, or one alone. */
  async list(): Promise<Alert[]> {
    const rules = this.live.groups.rules;
    const active = activeAlerts(rules);
    const quiet: Alert[] = [];
    for (const rule of rules) {
      if (rule.alerting === undefined || rule.alerting.all.length > 0) continue;
      for (const { labels, value } of await this.readings(rule)) quiet.push(quietAlert(rule, labels, value));
    }
    return [...active, ...quiet];
  }

  /** The changes of state, the latest first. */
  history(query: HistoryQuery = { limit: 1_000 }): Promise<AlertEvent[]> {
    return this.past.find(query);
  }

  /** Reads the rule files that have changed, or all. @returns what became of each */
  loadRuleFiles(all = false): Promise<readonly RuleFileOutcome[]> {
    return this.files.load(this.parts.clock.now(), all);
  }

  /** Sets one group of rules of its own; `null` takes it back. @throws AlertRulesInvalidError for a group that is none */
  setGroup(name: string, group: RuleGroupInput | null): void {
    this.live.groups.set(sourceOf(name), group === null ? [] : groupsOf([{ ...group, name }]), this.parts.clock.now());
  }

  /** Takes back a group that was set. @throws AlertRuleGroupUnknownError */
  removeGroup(name: string): void {
    if (!this.live.groups.has(sourceOf(name))) throw new AlertRuleGroupUnknownError(name);
    this.setGroup(name, null);
  }

  /** Reads what a former process has left, where there is a database. @throws what that fails with */
  async loadStates(): Promise<void> {
    await this.states?.load(this.parts.clock.now());
    this.statesLoaded = true;
  }

  /**
   * Evaluates every rule as of now. A rule that cannot be evaluated keeps its state and does not stop the others; all
   * keep theirs while no samples are taken, and for a minute after the clock was set.
   */
  evaluate(): Promise<void> {
    return this.after(() => this.round(true));
  }

  /** Evaluates the groups whose time has come. */
  evaluateDue(): Promise<void> {
    return this.after(() => this.round(false));
  }

  /** Writes states and changes to the database. @throws what it fails with */
  async save(): Promise<void> {
    if (this.states === undefined || !this.statesLoaded) return;
    await this.states.save(this.live.groups, this.parts.clock.now());
    await this.past.save();
  }

  /** Forgets what is too old. */
  async purge(): Promise<void> {
    await this.past.purge();
    await this.states?.purge(this.parts.clock.now());
  }

  private after(round: () => Promise<void>): Promise<void> {
    const done = this.evaluating.then(round);
    this.evaluating = done.catch(() => undefined);
    return done;
  }

  private async round(all: boolean): Promise<void> {
    if (!all && this.waitsForStates()) return;
    if (this.statesLoaded) this.states?.hand(this.live.groups);
    const posted = await this.live.evaluate(all);
    if (posted.length > 0) this.parts.receiver?.receive(posted.map((alert) => this.named(alert)));
  }

  private waitsForStates(): boolean {
    const waited = this.parts.clock.monotonic() - this.startedAtMs;
    return this.states !== undefined && !this.statesLoaded && waited < WAIT_FOR_STATES_MS;
  }

  /** With the name of this copy, as Prometheus adds its external labels. */
  private named<Posted extends { readonly labels: Readonly<Record<string, string>> }>(alert: Posted): Posted {
    const { instance } = this.parts;
    return instance === undefined ? alert : { ...alert, labels: { instance, ...alert.labels } };
  }

  /** What an inactive rule looks at, so that it has a value too. */
  private async readings({ rule }: RuleOfGroup): Promise<{ labels: Labels; value: number }[]> {
    const { valueExpr } = conditionOf(rule.expr);
    const nothing = [{ labels: Labels.EMPTY, value: Number.NaN }];
    if (valueExpr === undefined) return nothing;
    try {
      const result = await this.parts.engine.instant(parseExpression(valueExpr), this.parts.clock.now());
      const samples = samplesOf(result).slice(0, QUIET_SERIES);
      return samples.length === 0
        ? nothing
        : samples.map(({ labels, value }) => ({ labels: labels.withoutName(), value }));
    } catch {
      return nothing; // the rule itself says why it cannot be evaluated
    }
  }

  private record(rule: Rule, { alert, from, to }: AlertChange, atMs: number): void {
    const severity = alert.labels.get('severity');
    const ended = to === 'inactive' && from === 'firing';
    const sinceMs = from === 'firing' ? alert.firedAtMs : from === 'pending' ? alert.activeAtMs : undefined;
    this.past.add({
      atMs,
      name: rule.name,
      severity,
      labels: alert.labels.toObject(),
      from,
      to: ended ? 'resolved' : to,
      value: alert.value,
      lastedMs: sinceMs === undefined ? undefined : atMs - sinceMs,
    });
    const named = `${rule.name}${severity === '' ? '' : ` (${severity})`}`;
    const summary = alert.annotations.summary ?? '';
    if (to === 'firing') this.logger.warn(`${named} fires at ${alert.value}${summary === '' ? '' : `: ${summary}`}`);
    if (ended) this.logger.log(`${named} is resolved`);
  }
}
