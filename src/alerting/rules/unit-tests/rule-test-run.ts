import { SystemClock } from '../../../common/clock';
import { formatValue } from '../../../monitoring/promql/format/number-text';
import { PromqlEngine } from '../../../monitoring/promql/promql-engine';
import { parseExpression } from '../../../monitoring/promql/syntax/expression-parser';
import { Labels } from '../../../monitoring/series/labels';
import { groupParts } from '../group-parts';
import { GroupRun } from '../group-run';
import { MemorySeries } from '../memory-series';
import type { RuleGroup } from '../rule-file';
import { samplesOf } from '../rule-sample';
import type { RuleTest, RuleTestFile } from './rule-test-file';

/** Evaluations of one test. */
const MOST_EVALUATIONS = 100_000;

/** Groups of a rule file, by the name it has in the test file. */
export type LoadedRules = readonly { readonly file: string; readonly groups: readonly RuleGroup[] }[];

/** Runs every test of a file as promtool does. @returns what went otherwise than expected, a sentence each */
export async function runRuleTests(file: RuleTestFile, rules: LoadedRules): Promise<string[]> {
  const failures: string[] = [];
  for (const [index, test] of file.tests.entries()) {
    const named = test.name === '' ? `test ${index + 1}` : `test "${test.name}"`;
    for (const failure of await new RuleTestRun(file, test, rules).run()) failures.push(`${named}: ${failure}`);
  }
  return failures;
}

class RuleTestRun {
  private readonly series = new MemorySeries();
  private readonly engine = new PromqlEngine(this.series);
  private readonly failures: string[] = [];

  constructor(
    private readonly file: RuleTestFile,
    private readonly test: RuleTest,
    private readonly rules: LoadedRules,
  ) {}

  async run(): Promise<string[]> {
    const { test } = this;
    for (const { labels, values } of test.series) {
      for (const [index, value] of values.entries()) {
        if (value === 'stale') this.series.end(labels, index * test.intervalMs);
        else if (value !== undefined) this.series.append(labels, index * test.intervalMs, value);
      }
    }
    if (await this.evaluate()) for (const query of test.queries) await this.query(query);
    return this.failures;
  }

  /** @returns whether all rules could be evaluated */
  private async evaluate(): Promise<boolean> {
    const { test } = this;
    const { evaluationIntervalMs: intervalMs } = this.file;
    const untilMs = Math.max(0, ...test.alerts.map(({ atMs }) => atMs), ...test.queries.map(({ atMs }) => atMs));
    if (untilMs / intervalMs > MOST_EVALUATIONS) {
      this.failures.push(`it takes more than ${MOST_EVALUATIONS} evaluations; raise evaluation_interval`);
      return false;
    }
    const surroundings = { externalLabels: test.externalLabels, externalUrl: test.externalUrl };
    const parts = groupParts({ engine: this.engine, sink: this.series, clock: new SystemClock(), surroundings });
    const groups = this.ordered().map(({ file, group }) => new GroupRun(group, file, test.intervalMs, parts));
    for (let atMs = 0; atMs <= untilMs; atMs += intervalMs) {
      for (const group of groups) await group.evaluate(atMs);
      const failed = groups.flatMap(({ rules }) => rules).filter(({ health }) => health.lastError !== undefined);
      for (const { rule, health } of failed) {
        this.failures.push(`rule: ${rule.name}, time: ${atMs / 1_000}s, err: ${health.lastError}`);
      }
      if (failed.length > 0) return false;
      for (const alert of test.alerts) {
        if (alert.atMs >= atMs && alert.atMs < atMs + intervalMs) this.compareAlerts(alert, groups);
      }
    }
    return true;
  }

  private ordered(): { file: string; group: RuleGroup }[] {
    const order = new Map(this.file.groupOrder.map((name, at) => [name, at]));
    const place = ({ group }: { group: RuleGroup }) => order.get(group.name) ?? -1;
    return this.rules
      .flatMap(({ file, groups }) => groups.map((group) => ({ file, group })))
      .toSorted((one, other) => place(one) - place(other));
  }

  private compareAlerts({ alertname, atMs, expected }: RuleTest['alerts'][number], groups: readonly GroupRun[]): void {
    const got = groups
      .flatMap(({ rules }) => rules)
      .filter(({ rule }) => rule.kind === 'alerting' && rule.name === alertname)
      .flatMap(({ alerting }) => alerting!.all)
      .filter(({ phase }) => phase === 'firing')
      .map(({ labels, annotations }) => textOf(labels, annotations));
    const wanted = expected.map(({ labels, annotations }) =>
      textOf(Labels.from({ ...labels, alertname }), annotations),
    );
    this.compare(`alertname: ${alertname}, time: ${atMs / 1_000}s`, wanted, got);
  }

  private async query({ expr, atMs, expected }: RuleTest['queries'][number]): Promise<void> {
    const what = `expr: ${JSON.stringify(expr)}, time: ${atMs / 1_000}s`;
    try {
      const samples = samplesOf(await this.engine.instant(parseExpression(expr), atMs));
      const text = ({ labels, value }: { labels: Labels; value: number }) =>
        `${metricText(labels)} ${formatValue(value)}`;
      this.compare(what, expected.map(text), samples.map(text));
    } catch (error) {
      this.failures.push(`${what}, err: ${(error as Error).message}`);
    }
  }

  private compare(what: string, wanted: readonly string[], got: readonly string[]): void {
    const [expected, actual] = [wanted, got].map((texts) => texts.toSorted().join('\n    '));
    if (expected === actual) return;
    this.failures.push(`${what}\n  expected:\n    ${expected || 'nothing'}\n  got:\n    ${actual || 'nothing'}`);
  }
}

const metricText = (labels: Labels): string => {
  const pairs = [...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(', ')}}`;
};

function textOf(labels: Labels, annotations: Readonly<Record<string, string>>): string {
  return `Labels:${metricText(labels)} Annotations:${metricText(Labels.from(annotations))}`;
}
