import type { Queryable } from '../../../monitoring/promql/evaluation/query-run';
import { Labels } from '../../../monitoring/series/labels';
import { type Matcher, matchesAll } from '../../../monitoring/series/matcher';
import type { SelectedSeries } from '../../../monitoring/series/series-store';
import { MemorySeries } from '../memory-series';
import type { Rule } from '../rule-file';
import type { RuleSeriesSink } from '../rule-sample';
import { AlertBacktestTooLargeError } from '../rule.errors';

/** Samples that the results of the rules may have, where other rules read them: 16 bytes each. */
const MOST_SAMPLES = 4_000_000;

/** The names of the series that a rule yields. */
export const yieldedNames = (rule: Rule): readonly string[] =>
  rule.kind === 'recording' ? [rule.name] : ['ALERTS', 'ALERTS_FOR_STATE'];

/** Whether what a rule yields may be among what matchers select; labels other than the name and `alertname` may be any. */
export function mayBeSelected(rule: Rule, matchers: readonly Matcher[]): boolean {
  const isAlert = rule.kind === 'alerting';
  const decided = matchers.filter(({ name }) => name === '__name__' || (isAlert && name === 'alertname'));
  return yieldedNames(rule).some((name) =>
    matchesAll(Labels.from({ __name__: name, ...(isAlert && { alertname: rule.name }) }), decided),
  );
}

/**
 * What was measured, and what the rules under test make of it. What the same rules made of it in the past, with whatever
 * they said then, is left out.
 */
export class BacktestSource implements Queryable, RuleSeriesSink {
  private readonly results = new MemorySeries();
  private readonly recorded: ReadonlySet<string>;
  private readonly alerts: ReadonlySet<string>;
  private samples = 0;

  constructor(
    private readonly measured: Queryable,
    rules: readonly Rule[],
  ) {
    const names = (kind: Rule['kind']) => new Set(rules.flatMap((rule) => (rule.kind === kind ? [rule.name] : [])));
    this.recorded = names('recording');
    this.alerts = names('alerting');
  }

  /** @throws AlertBacktestTooLargeError */
  append(labels: Labels, timeMs: number, value: number): void {
    if (++this.samples > MOST_SAMPLES) {
      throw new AlertBacktestTooLargeError(`the results of the rules have more than ${MOST_SAMPLES} samples`);
    }
    this.results.append(labels, timeMs, value);
  }

  end(labels: Labels, timeMs: number): void {
    this.results.end(labels, timeMs);
  }

  *select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<SelectedSeries> {
    yield* this.results.select(matchers, fromMs, toMs);
    for (const series of this.measured.select(matchers, fromMs, toMs)) {
      if (!this.isFormerResult(series.labels)) yield series;
    }
  }

  private isFormerResult(labels: Labels): boolean {
    const { name } = labels;
    if (name === 'ALERTS' || name === 'ALERTS_FOR_STATE') return this.alerts.has(labels.get('alertname'));
    return this.recorded.has(name);
  }
}
