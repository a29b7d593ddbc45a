import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRuleFile } from '../../src/alerting/rules/rule-file-parser';
import { describeJudged } from '../support/judges';

const promtool = (file: string) => spawnSync('promtool', ['check', 'rules', '--lint=none', file], { encoding: 'utf8' });

/** The reasons as both say them: without places, names of Go's types and quoting. */
const words = (text: string) => text.toLowerCase().replaceAll(/rulefmt\.\w+|[^a-z0-9_]+/g, ' ');

function expectSameVerdict(file: string): void {
  const { problems } = parseRuleFile(readFileSync(file, 'utf8'));
  const { status, stderr } = promtool(file);
  expect({ file, problems: problems.length > 0 }).toEqual({ file, problems: status !== 0 });
  if (problems.length === 0) return;
  // The first problem has promtool's line (where it says one) and, in its words, the same reason.
  const { line, message } = problems[0]!;
  // A YAML library and a parser of its own have words of their own.
  const reason = message
    .replace(/ (into|in type) .*$/, '')
    .replace(/^group "[^"]*", rule \d+, "[^]*?": /, '')
    .replace(/(^yaml:|parse error:).*$/, '$1');
  expect(words(stderr)).toContain(words(reason));
  const lines = [...stderr.matchAll(/(?:line |ya?ml: )(\d+)/g)].map(([, at]) => Number(at)).filter((at) => at > 0);
  if (lines.length > 0) expect(Math.min(...lines.map((at) => Math.abs(at - line)))).toBeLessThanOrEqual(2);
}

describeJudged('rule files of others get the verdict of promtool', 'rules', (folder) => {
  const community = globSync('community/rules/**/*.yml', { cwd: folder });
  const prometheus = globSync('promtool/**/*.y*ml', { cwd: folder });

  it('all 112 community files are accepted, with all of their alerts', () => {
    expect(community.length).toBeGreaterThanOrEqual(112);
    let alerts = 0;
    for (const file of community) {
      const { groups, problems } = parseRuleFile(readFileSync(join(folder, file), 'utf8'));
      expect({ file, problems }).toEqual({ file, problems: [] });
      alerts += groups.flatMap(({ rules }) => rules).filter(({ kind }) => kind === 'alerting').length;
    }
    expect(alerts).toBe(954);
  });

  it.each(prometheus)('%s', (file) => expectSameVerdict(join(folder, file)));
});

const rule = (fields: string) => `groups:\n  - name: g\n    rules:\n      - ${fields}\n`;

describe('rule files get the verdict of promtool', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rule-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each<[what: string, text: string]>([
    ['nothing', ''],
    ['no groups', 'groups:\n'],
    ['a group without rules', 'groups:\n  - name: a\n'],
    ['a group without a name', 'groups:\n  - rules: []\n'],
    ['numbers where texts are meant', rule('{ alert: 1, expr: 017, labels: { a: yes, b: 1.50, c: null } }')],
    ['durations of several units', rule('{ alert: A, expr: 1, for: 1h30m, keep_firing_for: 1d }')],
    ['a duration without a unit', rule('{ alert: A, expr: 1, for: 5 }')],
    ['an empty duration', rule('{ alert: A, expr: 1, for: "" }')],
    ['a negative duration', rule('{ alert: A, expr: 1, for: -5m }')],
    ['an interval that is none', 'groups:\n  - name: g\n    interval: often\n'],
    ['a limit that is none', 'groups:\n  - name: g\n    limit: many\n'],
    ['a field twice', rule('{ alert: A, alert: B, expr: 1 }')],
    ['aliases and merged mappings', `x: 1\n`],
    [
      'anchors',
      `groups:\n  - name: g\n    rules:\n      - &r { alert: A, expr: 1 }\n      - *r\n      - { <<: *r, alert: B }\n`,
    ],
    ['YAML that is none', 'groups: [\n'],
    ['tabs', 'groups:\n\t- name: g\n'],
    ['a list of labels', rule('{ alert: A, expr: 1, labels: [a] }')],
    ['a mapping as a label', rule('{ alert: A, expr: 1, labels: { a: { b: c } } }')],
    ['a text instead of rules', 'groups:\n  - name: g\n    rules: none\n'],
    ['an unknown function of a template', rule(`{ alert: A, expr: 1, annotations: { a: '{{ humanise $value }}' } }`)],
    ['a template that is not closed', rule(`{ alert: A, expr: 1, labels: { a: '{{ if true }}' } }`)],
    ['a template in a recording rule', rule(`{ record: a, expr: 1, labels: { a: '{{ if }}' } }`)],
    [
      'a template of every kind',
      rule(
        `{ alert: A, expr: 1, annotations: { a: '{{ range $i, $s := query "up" }}{{ with $s }}{{ .Labels.a | printf "%q" }}{{ else }}{{ $labels.b }}{{ end }}{{ end }}{{ define "x" }}{{ end }}{{ template "x" . }}{{ $externalURL }}' } }`,
      ),
    ],
    [
      'block scalars',
      'groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |\n          sum(\n            up\n          ) > 1\n',
    ],
    ['a second document', 'groups: []\n---\nnonsense: 1\n'],
    ['fields of later versions', rule('{ alert: A, expr: 1, query_offset: 1m }')],
    ['an expression of another language', rule('{ alert: A, expr: "select 1" }')],
    ['a label name with a dash', rule('{ alert: A, expr: 1, labels: { a-b: c } }')],
    ['a string as an expression', rule(`{ alert: A, expr: '"text"' }`)],
    ['a range vector as an expression', rule(`{ alert: A, expr: 'up[5m]' }`)],
  ])('%s', (what, text) => {
    const file = join(folder, `${what.replaceAll(' ', '-')}.yml`);
    writeFileSync(file, text);
    expectSameVerdict(file);
  });
});
