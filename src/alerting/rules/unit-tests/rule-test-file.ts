import { parseFloat64 } from '../../../monitoring/promql/functions/go-math';
import { parseDuration } from '../../../monitoring/promql/syntax/literals';
import type { Labels } from '../../../monitoring/series/labels';
import type { RuleProblem } from '../rule-file';
import { type YamlField, YamlFields } from '../yaml-fields';
import { type InputSeries, parseMetric, parseValues } from './input-series';

/** One test of a file: series, and what rules and queries are to make of them. */
export interface RuleTest {
  readonly name: string;
  readonly intervalMs: number;
  readonly series: readonly InputSeries[];
  readonly alerts: readonly {
    readonly atMs: number;
    readonly alertname: string;
    readonly expected: readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
  readonly queries: readonly {
    readonly atMs: number;
    readonly expr: string;
    readonly expected: readonly { readonly labels: Labels; readonly value: number }[];
  }[];
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly externalUrl: string;
}

export interface RuleTestFile {
  readonly ruleFiles: readonly string[];
  readonly evaluationIntervalMs: number;
  readonly groupOrder: readonly string[];
  readonly tests: readonly RuleTest[];
  readonly problems: readonly RuleProblem[];
}

const FILE = ['rule_files', 'evaluation_interval', 'group_eval_order', 'tests'];
const TEST = [
  'interval',
  'input_series',
  'alert_rule_test',
  'promql_expr_test',
  'external_labels',
  'external_url',
  'name',
];
const DEFAULT_INTERVAL_MS = 60_000;

/** Reads a file of unit tests in promtool's format (2.42); each problem has its line. */
export function parseRuleTestFile(text: string): RuleTestFile {
  const yaml = new YamlFields(text);
  const reader = new RuleTestReader(yaml);
  const fields =
    yaml.problems.length > 0 || yaml.root === undefined ? undefined : yaml.mapping(yaml.root, FILE, 'unit test file');
  const texts = (name: string) => yaml.sequence(fields?.get(name), 'string').map((field) => yaml.text(field));
  const ruleFiles = texts('rule_files');
  const groupOrder = texts('group_eval_order');
  const evaluationIntervalMs = reader.duration(fields?.get('evaluation_interval')) || DEFAULT_INTERVAL_MS;
  const tests = yaml.sequence(fields?.get('tests'), 'test').flatMap((field) => reader.test(field) ?? []);
  return { ruleFiles, groupOrder, evaluationIntervalMs, tests, problems: yaml.problems };
}

class RuleTestReader {
  constructor(private readonly yaml: YamlFields) {}

  test(field: YamlField): RuleTest | undefined {
    const { yaml } = this;
    const fields = yaml.mapping(field, TEST, 'test');
    if (fields === undefined) return undefined;
    return {
      name: yaml.text(fields.get('name')),
      intervalMs: this.duration(fields.get('interval')),
      series: yaml.sequence(fields.get('input_series'), 'series').flatMap((entry) => this.series(entry)),
      alerts: yaml.sequence(fields.get('alert_rule_test'), 'alert test').flatMap((entry) => this.alert(entry)),
      queries: yaml.sequence(fields.get('promql_expr_test'), 'query test').flatMap((entry) => this.query(entry)),
      externalLabels: this.texts(fields.get('external_labels')),
      externalUrl: yaml.text(fields.get('external_url')),
    };
  }

  duration(field: YamlField | undefined): number {
    const text = this.yaml.text(field, 'duration');
    if (field === undefined || text === '') return 0;
    return this.attempt(field, () => parseDuration(text)) ?? 0;
  }

  private series(field: YamlField): InputSeries[] {
    const fields = this.yaml.mapping(field, ['series', 'values'], 'series');
    const series = this.attempt(field, () => ({
      labels: parseMetric(this.yaml.text(fields?.get('series'))),
      values: parseValues(this.yaml.text(fields?.get('values'))),
    }));
    return series === undefined ? [] : [series];
  }

  private alert(field: YamlField): RuleTest['alerts'] {
    const fields = this.yaml.mapping(field, ['eval_time', 'alertname', 'exp_alerts'], 'alert test');
    if (fields === undefined) return [];
    const alertname = this.yaml.text(fields.get('alertname'));
    const expected = this.yaml.sequence(fields.get('exp_alerts'), 'alert').map((entry) => {
      const alert = this.yaml.mapping(entry, ['exp_labels', 'exp_annotations'], 'alert');
      return { labels: this.texts(alert?.get('exp_labels')), annotations: this.texts(alert?.get('exp_annotations')) };
    });
    if (alertname === '') this.yaml.refuse(field, "an alert test needs an 'alertname'");
    return [{ atMs: this.duration(fields.get('eval_time')), alertname, expected }];
  }

  private query(field: YamlField): RuleTest['queries'] {
    const fields = this.yaml.mapping(field, ['expr', 'eval_time', 'exp_samples'], 'query test');
    if (fields === undefined) return [];
    const expected = this.yaml.sequence(fields.get('exp_samples'), 'sample').flatMap((entry) => {
      const sample = this.yaml.mapping(entry, ['labels', 'value'], 'sample');
      if (sample === undefined) return [];
      const labels = this.attempt(entry, () => parseMetric(this.yaml.text(sample.get('labels'))));
      const written = this.yaml.text(sample.get('value'), 'float64') || '0';
      const value = parseFloat64(written.replace(/^([+-]?)\./, '$1'));
      if (value === undefined) this.yaml.refuse(entry, `cannot unmarshal !!str \`${written}\` into float64`);
      return labels === undefined || value === undefined ? [] : [{ labels, value }];
    });
    return [{ atMs: this.duration(fields.get('eval_time')), expr: this.yaml.text(fields.get('expr')), expected }];
  }

  private texts(field: YamlField | undefined): Record<string, string> {
    const fields = field === undefined ? undefined : this.yaml.mapping(field, undefined, 'map[string]string');
    return Object.fromEntries([...(fields ?? [])].map(([key, value]) => [key, this.yaml.text(value)]));
  }

  private attempt<T>(field: YamlField, make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      this.yaml.refuse(field, (error as Error).message);
      return undefined;
    }
  }
}
