import { Labels, NAME_LABEL } from '../../monitoring/series/labels';
import type { RecordingRule } from './rule-file';
import { checkLimit, type YieldedSeries } from './rule-run';
import type { RuleQuery } from './rule-sample';

/** Evaluates a recording rule: what the expression yields, under the rule's name and with its labels. */
export class RecordingRuleRun {
  constructor(
    readonly rule: RecordingRule,
    private readonly limit: number,
    private readonly query: RuleQuery,
  ) {}

  /** @throws Error for two results with the same labels, and for more than the group allows */
  async evaluate(timeMs: number): Promise<readonly YieldedSeries[]> {
    const samples = await this.query(this.rule.parsed, timeMs);
    const added = Object.entries({ ...this.rule.labels, [NAME_LABEL]: this.rule.name });
    const keys = new Set<string>();
    const series = samples.map(({ labels, value }) => {
      const recorded = Labels.from([...labels, ...added]);
      keys.add(recorded.key);
      return { labels: recorded, value };
    });
    if (keys.size < series.length) {
      throw new Error('vector contains metrics with the same labelset after applying rule labels');
    }
    checkLimit(series.length, this.limit, 'series');
    return series;
  }
}
