import { Labels, NAME_LABEL } from '../../monitoring/series/labels';
import type { RecordingRule } from './rule-file';
import { checkLimit, type YieldedSeries } from './rule-run';
import type { RuleQuery } from './rule-sample';

/** Evaluates a recording rule: what the expression yields, under the rule's name and with its labels. */
export class RecordingRuleRun {
  /** Labels of results that came before, and what was made of them: the same series come again and again. */
  private readonly recorded = new WeakMap<Labels, Labels>();
  private readonly added: readonly (readonly [string, string])[];

  constructor(
    readonly rule: RecordingRule,
    private readonly limit: number,
    private readonly query: RuleQuery,
  ) {
    this.added = Object.entries({ ...rule.labels, [NAME_LABEL]: rule.name });
  }

  /** @throws Error for two results with the same labels, and for more than the group allows */
  async evaluate(timeMs: number): Promise<readonly YieldedSeries[]> {
    const samples = await this.query(this.rule.parsed, timeMs);
    const keys = new Set<string>();
    const series = samples.map(({ labels, value }) => {
      const recorded = this.recordedLabels(labels);
      keys.add(recorded.key);
      return { labels: recorded, value };
    });
    if (keys.size < series.length) {
      throw new Error('vector contains metrics with the same labelset after applying rule labels');
    }
    checkLimit(series.length, this.limit, 'series');
    return series;
  }

  private recordedLabels(labels: Labels): Labels {
    const known = this.recorded.get(labels);
    if (known !== undefined) return known;
    const made = Labels.from([...labels, ...this.added]);
    this.recorded.set(labels, made);
    return made;
  }
}
