import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { runRuleTestFile } from '../../src/alerting/rules/unit-tests/run-rule-test-files';
import { describeJudged } from '../support/judges';

const SHIPPED = resolve(__dirname, '../../deploy/prometheus/rules-test.yml');
const promtool = (file: string) => spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });

async function expectSameVerdict(file: string): Promise<unknown[]> {
  const failures = await runRuleTestFile(file);
  const { status, stdout, stderr } = promtool(file);
  expect({ passes: failures.length === 0, failures, promtool: stdout + stderr }).toMatchObject({
    passes: status === 0,
  });
  return failures;
}

describeJudged("promtool's own unit tests have its verdict", 'rules/promtool/cmd/promtool/testdata', (folder) => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));
  it('are many', () => expect(files.length).toBeGreaterThanOrEqual(20));
  it.each(files)('%s', async (name) => void (await expectSameVerdict(join(folder, name))));
});

describe('unit tests of rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rule-tests-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('of the shipped rules pass, here and with promtool', async () => {
    expect(await runRuleTestFile(SHIPPED)).toEqual([]);
    expect(promtool(SHIPPED)).toMatchObject({ status: 0 });
  });

  it('see every shipped rule fire', () => {
    const { groups } = parse(readFileSync(resolve(SHIPPED, '../rules.yml'), 'utf8')) as {
      groups: { rules: { alert: string }[] }[];
    };
    const { tests } = parse(readFileSync(SHIPPED, 'utf8')) as {
      tests: { promql_expr_test: { exp_samples: object[] }[] }[];
    };
    const expected = JSON.stringify(
      tests.flatMap(({ promql_expr_test }) => promql_expr_test.map(({ exp_samples }) => exp_samples)),
    );
    const names = new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)));
    const unseen = [...names].filter((name) => !expected.includes(`alertname=\\"${name}\\"`));
    // Seen by the test of its texts.
    expect(unseen).toEqual(['HighCpuUsage']);
  });

  /** Each expectation of the shipped tests turned into a wrong one has to fail, here as there. */
  it('fail when one expectation is wrong', async () => {
    const file = parse(readFileSync(SHIPPED, 'utf8')) as {
      rule_files: string[];
      tests: { promql_expr_test: { exp_samples: { value: number }[] }[] }[];
    };
    file.rule_files = [resolve(SHIPPED, '../rules.yml')];
    for (const [index, test] of file.tests.entries()) {
      test.promql_expr_test[0]!.exp_samples[0]!.value += 1;
      const wrong = join(folder, `wrong-${index}.yml`);
      writeFileSync(wrong, stringify({ ...file, tests: [test] }));
      expect(await expectSameVerdict(wrong)).toHaveLength(1);
    }
  }, 60_000);

  it.each<[what: string, test: string]>([
    [
      'values of every kind',
      `{ interval: 1m, input_series: [{ series: a, values: '1 _ 2+3x2 -1-1x1 4x1 stale _x2 5e3 Inf NaN' }], promql_expr_test: [{ expr: 'count_over_time(a[20m])', eval_time: 15m, exp_samples: [{ value: 11 }] }] }`,
    ],
    [
      'a group of external labels',
      `{ external_labels: { dc: eu }, external_url: 'http://x', promql_expr_test: [{ expr: '1', exp_samples: [{ value: 1 }] }] }`,
    ],
    ['an unknown field', `{ interval: 1m, inputs: [] }`],
    ['values that are none', `{ interval: 1m, input_series: [{ series: a, values: '1+x3' }] }`],
    ['a series that is none', `{ interval: 1m, input_series: [{ series: 'a{', values: '1' }] }`],
    ['an expression that fails', `{ promql_expr_test: [{ expr: 'a +', eval_time: 1m }] }`],
    ['an alert that nobody expects', `{ alert_rule_test: [{ eval_time: 1m, alertname: A, exp_alerts: [] }] }`],
    [
      'an alert with its texts',
      `{ alert_rule_test: [{ eval_time: 1m, alertname: A, exp_alerts: [{ exp_labels: { l: '2' }, exp_annotations: { t: 'v 1 eu 1k' } }] }], external_labels: { dc: eu } }`,
    ],
  ])('%s', async (what, test) => {
    const rules = join(folder, 'rules.yml');
    writeFileSync(
      rules,
      `groups: [{ name: g, rules: [{ alert: A, expr: vector(1), labels: { l: '{{ add1 }}' }, annotations: { t: 'v {{ $value }} {{ $externalLabels.dc }} {{ humanize 1000 }}' } }] }]`.replace(
        `'{{ add1 }}'`,
        `'{{ len "ab" }}'`,
      ),
    );
    const file = join(folder, `${what.replaceAll(' ', '-')}.yml`);
    writeFileSync(file, `rule_files: [rules.yml]\ntests:\n  - ${test}\n`);
    await expectSameVerdict(file);
  });
});
