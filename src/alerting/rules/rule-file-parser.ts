import { parseExpression } from '../../monitoring/promql/syntax/expression-parser';
import { parseDuration } from '../../monitoring/promql/syntax/literals';
import type { AlertingRule, Rule, RuleGroup, RuleProblem } from './rule-file';
import { checkRuleTemplate } from './rule-template';
import { type YamlField, YamlFields } from './yaml-fields';

const GROUPS_FIELDS = ['groups'];
const GROUP_FIELDS = ['name', 'interval', 'limit', 'rules'];
const RULE_FIELDS = ['record', 'alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations'];
const ONLY_ALERTS_HAVE = ['annotations', 'for', 'keep_firing_for'] as const;

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const WHOLE_NUMBER = /^[+-]?\d{1,18}$/;

/** A file larger than this (characters), or with more rules, is refused: it is read on the event loop. */
export const RULE_FILE_LIMITS = { characters: 2_000_000, rules: 20_000 };

export interface ParsedRuleFile {
  /** Complete only where there are no problems. */
  readonly groups: readonly RuleGroup[];
  readonly problems: readonly RuleProblem[];
}

/**
 * Reads a Prometheus rule file (`groups:`), with the verdict of `promtool check rules` of 2.42: unknown fields, names,
 * durations, expressions and templates are checked, and each problem has its line.
 */
export function parseRuleFile(text: string): ParsedRuleFile {
  if (text.length > RULE_FILE_LIMITS.characters) {
    const message = `the file has ${text.length} characters; at most ${RULE_FILE_LIMITS.characters} are read`;
    return { groups: [], problems: [{ line: 1, column: 1, message }] };
  }
  return new RuleFileParser(text).parse();
}

class RuleFileParser {
  private readonly yaml: YamlFields;
  private rules = 0;

  constructor(text: string) {
    this.yaml = new YamlFields(text);
  }

  parse(): ParsedRuleFile {
    const { problems, root } = this.yaml;
    if (problems.length > 0 || root === undefined) return { groups: [], problems };
    const names = new Set<string>();
    const fields = this.yaml.mapping(root, GROUPS_FIELDS, 'rule file');
    const groups = this.yaml.sequence(fields?.get('groups'), 'rule group').flatMap((field) => {
      const group = this.group(field);
      if (group === undefined) return [];
      if (group.name === '') this.yaml.refuse(field, 'Groupname must not be empty');
      if (names.has(group.name)) {
        this.yaml.refuse(field, `groupname: "${group.name}" is repeated in the same file`);
      }
      names.add(group.name);
      return [group];
    });
    if (this.rules > RULE_FILE_LIMITS.rules) {
      this.yaml.refuse(root, `the file has ${this.rules} rules; at most ${RULE_FILE_LIMITS.rules} are taken`);
    }
    return { groups, problems };
  }

  private group(field: YamlField): RuleGroup | undefined {
    const fields = this.yaml.mapping(field, GROUP_FIELDS, 'rule group');
    if (fields === undefined) return undefined;
    const name = this.yaml.text(fields.get('name'));
    const interval = this.duration(fields.get('interval'));
    const limit = this.limit(fields.get('limit'));
    const entries = this.yaml.sequence(fields.get('rules'), 'rule');
    this.rules += entries.length;
    const rules = entries.flatMap((entry, index) => this.rule(entry, name, index + 1) ?? []);
    return { name, intervalMs: interval === 0 ? undefined : interval, limit, rules };
  }

  private rule(field: YamlField, group: string, number: number): Rule | undefined {
    const fields = this.yaml.mapping(field, RULE_FIELDS, 'rule');
    if (fields === undefined) return undefined;
    const { yaml } = this;
    const alert = yaml.text(fields.get('alert'));
    const record = yaml.text(fields.get('record'));
    const name = alert === '' ? record : alert;
    const refuse = (at: YamlField | undefined, message: string) =>
      yaml.refuse(at ?? field, `group "${group}", rule ${number}, "${name}": ${message}`);
    const forMs = this.duration(fields.get('for'));
    const keepFiringForMs = this.duration(fields.get('keep_firing_for'));
    const labels = this.texts(fields.get('labels'));
    const annotations = this.texts(fields.get('annotations'));

    if (alert !== '' && record !== '') refuse(fields.get('record'), "only one of 'record' and 'alert' must be set");
    if (name === '') refuse(undefined, "one of 'record' or 'alert' must be set");
    if (alert === '' && record !== '')
      this.checkRecording(record, fields, { annotations, forMs, keepFiringForMs }, refuse);
    for (const [label, { at }] of labels) {
      if (!LABEL_NAME.test(label) || label === '__name__') refuse(at, `invalid label name: ${label}`);
    }
    for (const [annotation, { at }] of annotations) {
      if (!LABEL_NAME.test(annotation)) refuse(at, `invalid annotation name: ${annotation}`);
    }
    if (alert !== '') {
      for (const [kind, texts] of [
        ['label', labels],
        ['annotation', annotations],
      ] as const) {
        for (const [key, { text, at }] of texts) {
          const problem = checkRuleTemplate(alert, text);
          if (problem !== undefined) refuse(at, `${kind} "${key}": ${problem}`);
        }
      }
    }
    const expr = yaml.text(fields.get('expr'));
    if (expr === '') return void refuse(fields.get('expr'), "field 'expr' must be set in rule");
    const common = { name, expr, labels: plain(labels), line: field.line };
    try {
      const parsed = parseExpression(expr);
      if (alert === '') return { kind: 'recording', ...common, parsed };
      return { kind: 'alerting', ...common, parsed, annotations: plain(annotations), forMs, keepFiringForMs };
    } catch (error) {
      refuse(fields.get('expr'), `could not parse expression: ${(error as Error).message}`);
      return undefined;
    }
  }

  private checkRecording(
    record: string,
    fields: ReadonlyMap<string, YamlField>,
    {
      annotations,
      forMs,
      keepFiringForMs,
    }: { readonly annotations: Texts } & Pick<AlertingRule, 'forMs' | 'keepFiringForMs'>,
    refuse: (at: YamlField | undefined, message: string) => void,
  ): void {
    const said = { annotations: annotations.size > 0, for: forMs !== 0, keep_firing_for: keepFiringForMs !== 0 };
    for (const name of ONLY_ALERTS_HAVE) {
      if (said[name]) refuse(fields.get(name), `invalid field '${name}' in recording rule`);
    }
    if (!METRIC_NAME.test(record)) refuse(fields.get('record'), `invalid recording rule name: ${record}`);
  }

  private duration(field: YamlField | undefined): number {
    if (field === undefined) return 0;
    const text = this.yaml.text(field, 'duration');
    if (field.node === null) return 0;
    try {
      if (text === '') throw new Error('empty duration string');
      return parseDuration(text);
    } catch (error) {
      this.yaml.refuse(field, (error as Error).message);
      return 0;
    }
  }

  private limit(field: YamlField | undefined): number {
    const text = this.yaml.text(field, 'int');
    if (field === undefined || text === '') return 0;
    if (WHOLE_NUMBER.test(text)) return Number(text);
    this.yaml.refuse(field, `cannot unmarshal !!str \`${text}\` into int`);
    return 0;
  }

  private texts(field: YamlField | undefined): Texts {
    const fields = field === undefined ? undefined : this.yaml.mapping(field, undefined, 'map[string]string');
    return new Map([...(fields ?? [])].map(([key, at]) => [key, { text: this.yaml.text(at), at }]));
  }
}

type Texts = ReadonlyMap<string, { readonly text: string; readonly at: YamlField }>;

const plain = (texts: Texts): Record<string, string> =>
  Object.fromEntries([...texts].map(([key, { text }]) => [key, text]));
