import { parseRuleFile } from '../../src/alerting/rules/rule-file-parser';
import { groupParts } from '../../src/alerting/rules/group-parts';
import { type GroupParts, GroupRun } from '../../src/alerting/rules/group-run';
import { StoreSink } from '../../src/alerting/rules/store-sink';
import type { PostedAlert } from '../../src/alerting/posted-alert';
import { PromqlEngine } from '../../src/monitoring/promql/promql-engine';
import { CompressedSeriesStore } from '../../src/monitoring/series/compressed-series-store';
import { Labels } from '../../src/monitoring/series/labels';
import { ManualClock } from '../../src/testing/manual-clock';

export const START = 1_700_000_010_000;

/** Rules over a store of their own, on a clock that is moved by hand. */
export class RuleBench {
  readonly clock = new ManualClock(START);
  readonly store = new CompressedSeriesStore(
    { retentionMs: 86_400_000, maxSeriesPerKind: 100_000, memoryLimitBytes: 2 ** 28 },
    this.clock,
  );
  readonly engine = new PromqlEngine(this.store);
  readonly groups: readonly GroupRun[];

  constructor(yaml: string, parts: Partial<GroupParts> = {}, intervalMs = 60_000) {
    const { groups, problems } = parseRuleFile(yaml);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    const surroundings = { externalLabels: {}, externalUrl: 'http://gateway' };
    const shared = {
      ...groupParts({ engine: this.engine, sink: new StoreSink(this.store), clock: this.clock, surroundings }),
      ...parts,
    };
    this.groups = groups.map((group) => new GroupRun(group, 'test.yml', intervalMs, shared));
  }

  /** Appends a sample at the present time; `undefined` ends the series. */
  sample(labels: Readonly<Record<string, string>>, value: number | undefined): void {
    const series = this.store.open(Labels.from(labels), 'gauge')!;
    const refused =
      value === undefined
        ? this.store.appendStale(series, this.clock.now())
        : this.store.append(series, this.clock.now(), value);
    if (refused !== undefined) throw new Error(refused);
  }

  group(name: string): GroupRun {
    return this.groups.find(({ group }) => group.name === name)!;
  }

  async evaluate(): Promise<PostedAlert[]> {
    const posted: PostedAlert[] = [];
    for (const group of this.groups) posted.push(...(await group.evaluate(this.clock.now())));
    return posted;
  }

  /** The series that a query yields now, as `labels → value`. */
  async query(expr: string): Promise<Record<string, number>> {
    const { value } = await this.engine.instant(expr, this.clock.now());
    if (value.type !== 'vector') throw new Error(value.type);
    return Object.fromEntries(
      value.columns.map(({ labels, values }) => [[...labels].map(([k, v]) => `${k}=${v}`).join(','), values[0]!]),
    );
  }
}
