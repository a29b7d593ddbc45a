import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { resolveAlertingOptions } from '../../src/alerting/alerting.module-definition';
import { parseAlertmanagerConfig } from '../../src/alerting/notifications/config/alertmanager-config';
import type { Notifications } from '../../src/alerting/notifications/notifications.service';
import { type RuleBacktest, RuleBacktests } from '../../src/alerting/rule-backtests';
import type { RuleGroupInput } from '../../src/alerting/rules/rule-group-input';
import { CompressedSeriesStore } from '../../src/monitoring/series/compressed-series-store';
import { Labels } from '../../src/monitoring/series/labels';
import { ManualClock } from '../../src/testing/manual-clock';

const MINUTE_MS = 60_000;
const MINUTES = 24 * 60;
/** A whole number of days, so that evaluations fall on the same minutes as those of promtool, which begin at 0. */
const START = 19_700 * 86_400_000;

type Values = readonly (number | undefined)[];

/** Numbers that look random and are the same every time. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

function made(seed: number, next: (before: number, random: number, minute: number) => number | undefined): Values {
  const random = numbers(seed);
  const values: (number | undefined)[] = [];
  let before = 0;
  for (let minute = 0; minute < MINUTES; minute++) {
    const value = next(before, random.next().value, minute);
    values.push(value);
    before = value ?? before;
  }
  return values;
}

/** Walks that wander over thresholds, counters that begin anew, and series that come and go. */
const SERIES: Readonly<Record<string, Values>> = Object.fromEntries([
  ...['a', 'b', 'c', 'd'].map((host, at) => [
    `load{host="${host}"}`,
    made(at + 1, (before, random) => Math.round((before * 0.97 + (random - 0.47) * 20) * 1_000) / 1_000),
  ]),
  ...['200', '500'].map((code, at) => [
    `requests_total{code="${code}"}`,
    made(at + 11, (before, random, minute) =>
      minute % 500 === 499 ? 0 : before + Math.floor(random * (100 - 90 * at)),
    ),
  ]),
  [
    'up{job="x"}',
    made(21, (_, random, minute) => (Math.floor(minute / 37) % 5 === 3 ? undefined : Number(random > 0.2))),
  ],
]);

const GROUP: RuleGroupInput = {
  name: 'tried',
  interval: '1m',
  rules: [
    { record: 'code:requests:rate5m', expr: 'sum by (code) (rate(requests_total[5m]))' },
    { alert: 'LoadHigh', expr: 'load > 20', labels: { severity: 'warning' } },
    { alert: 'LoadHighForLong', expr: 'load > 10', for: '7m', labels: { host_upper: '{{ $labels.host | toUpper }}' } },
    { alert: 'LoadLow', expr: 'load < -30', for: '90s', keep_firing_for: '10m' },
    { alert: 'Sized', expr: 'load > 5', labels: { size: '{{ if gt $value 25.0 }}large{{ else }}small{{ end }}' } },
    {
      alert: 'Errors',
      expr: 'code:requests:rate5m{code="500"} / ignoring (code) sum(code:requests:rate5m) > 0.09',
      for: '2m',
    },
    { alert: 'Gone', expr: 'absent(up{job="x"})', for: '3m' },
    { alert: 'Down', expr: 'avg_over_time(up[10m]) < 0.7', keep_firing_for: '5m' },
    { alert: 'ManyHigh', expr: 'count by (alertname) (ALERTS{alertname="LoadHigh",alertstate="firing"}) >= 2' },
    { alert: 'Always', expr: 'vector(1)' },
  ],
};

const CONFIG = parseAlertmanagerConfig(
  stringify({
    route: {
      receiver: 'hook',
      group_by: ['alertname'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '1h',
    },
    receivers: [{ name: 'hook', webhook_configs: [{ url: 'http://hook.example.org' }] }],
  }),
);

function backtests(series: Readonly<Record<string, Values>>, minutes = MINUTES): RuleBacktests {
  const clock = new ManualClock(START);
  const limits = { retentionMs: 2 * 86_400_000, maxSeriesPerKind: 1_000, memoryLimitBytes: 2 ** 28 };
  const store = new CompressedSeriesStore(limits, clock);
  const refs = Object.keys(series).map((text) => {
    const [, name, pairs] = /^(\w+)\{(.*)\}$/.exec(text)!;
    const labels = [...pairs!.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label!, value!] as const);
    return store.open(Labels.from([['__name__', name!], ...labels]), 'gauge')!;
  });
  for (let minute = 0; minute < minutes; minute++) {
    store.beginTick(clock.now());
    for (const [at, values] of Object.values(series).entries()) {
      const value = values[minute];
      if (value !== undefined) store.append(refs[at]!, clock.now(), value);
    }
    store.enforceLimits();
    if (minute < minutes - 1) clock.advance(MINUTE_MS);
  }
  const notifications = { core: { config: CONFIG }, externalUrl: '' } as unknown as Notifications;
  return new RuleBacktests(resolveAlertingOptions({}, { sampleIntervalMs: MINUTE_MS }), clock, store, notifications);
}

/** Whether the rule manager of Prometheus, over the same samples, has exactly these alerts firing at every minute. */
function promtoolAgrees(folder: string, { rules }: Pick<RuleBacktest, 'rules'>): string {
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [GROUP] }));
  const firing = Array.from({ length: MINUTES }, () => [] as string[]);
  for (const { episodes } of rules) {
    for (const { labels, firedAtMs, endedAtMs } of episodes) {
      const pairs = [...labels, ['alertstate', 'firing']].map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      const until = endedAtMs ?? START + MINUTES * MINUTE_MS;
      for (let atMs = firedAtMs!; atMs < until; atMs += MINUTE_MS) {
        firing[(atMs - START) / MINUTE_MS]?.push(`ALERTS{${pairs.join(',')}}`);
      }
    }
  }
  const test = {
    interval: '1m',
    input_series: Object.entries(SERIES).map(([series, each]) => ({
      series,
      values: each.map((value) => value ?? '_').join(' '),
    })),
    promql_expr_test: firing.map((alerts, minute) => ({
      expr: 'ALERTS{alertstate="firing"}',
      eval_time: `${minute}m`,
      exp_samples: alerts.map((labels) => ({ labels, value: 1 })),
    })),
  };
  const file = join(folder, 'tests.yml');
  writeFileSync(file, JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1m', tests: [test] }));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return status === 0 ? '' : stdout + stderr;
}

/** 1 for an hour and a half from each of these minutes on, else 0. */
const holds = (...minutes: number[]): Values =>
  made(1, (_before, _random, minute) => Number(minutes.some((one) => minute >= one && minute < one + 90)));

describe('a backtest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
  const tried = backtests(SERIES).run(GROUP);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has the same alerts firing at every minute of a day as Prometheus over the same samples', async () => {
    const { grid, rules } = await tried;
    expect(grid).toMatchObject({ startMs: START, steps: MINUTES, stepMs: MINUTE_MS });
    expect(rules.map(({ lastError }) => lastError)).toEqual(rules.map(() => undefined));
    // Each has something to be right about.
    for (const { rule, episodes } of rules) {
      if (rule.kind === 'alerting') expect([rule.name, episodes.length > 0]).toEqual([rule.name, true]);
    }
    expect(promtoolAgrees(folder, await tried).slice(0, 2_000)).toBe('');
  });

  it('would be found out if one alert were told a minute too late', async () => {
    const { rules } = await tried;
    const [first, ...others] = rules[1]!.episodes;
    const wrong = { ...rules[1]!, episodes: [{ ...first!, firedAtMs: first!.firedAtMs! + MINUTE_MS }, ...others] };
    expect(promtoolAgrees(folder, { rules: [wrong as (typeof rules)[number], ...rules.slice(2)] })).toContain('FAILED');
  });

  it('tells the worst value of each alert', async () => {
    const { rules } = await tried;
    const peaks = (name: string) => rules.find(({ rule }) => rule.name === name)!.episodes;
    for (const [name, worst] of [
      ['LoadHigh', Math.max],
      ['LoadLow', Math.min],
    ] as const) {
      for (const { labels, activeAtMs, endedAtMs, peak } of peaks(name)) {
        const values = SERIES[`load{host="${labels.get('host')}"}`]!;
        const [from, until] = [activeAtMs, endedAtMs ?? Infinity].map((atMs) => (atMs - START) / MINUTE_MS);
        const held = values.slice(from, until).flatMap((value) => value ?? []);
        expect(peak).toBe(worst(...held));
      }
    }
  });

  it('is the same step by step, as for rules that read what comes after them', async () => {
    const { rules } = await backtests(SERIES, 300).run(GROUP);
    const loop = { alert: 'Loop', expr: 'ALERTS{alertname="Loop"} and vector(0) > 1' };
    const again = await backtests(SERIES, 300).run({ ...GROUP, rules: [...GROUP.rules, loop] });
    expect(again.rules.slice(0, -1).map(({ episodes }) => episodes)).toEqual(rules.map(({ episodes }) => episodes));
  });

  it('counts the evaluations that fail, and goes on', async () => {
    const twice = { ...SERIES, 'up{job="y"}': made(5, (_before, _random, minute) => (minute < 100 ? 1 : undefined)) };
    const { rules } = await backtests(twice, 300).run({
      name: 'failing',
      interval: '1m',
      rules: [
        { alert: 'TwoToOne', expr: 'load * on () group_left () up > 1000' },
        { alert: 'Wrong', expr: 'load[5m]' },
      ],
    });
    // The last sample of the second series is looked at for five minutes more.
    expect(rules[0]).toMatchObject({ failures: 105, lastError: expect.stringContaining('many-to-many') });
    expect(rules[1]).toMatchObject({ failures: 300 });
  });

  it('tells what receivers would have got: grouped, repeated, resolved', async () => {
    const { notifications, notificationCount } = await backtests({
      'm{i="1"}': holds(10, 600),
      'm{i="2"}': holds(11),
    }).run({
      name: 'told',
      interval: '1m',
      rules: [{ alert: 'M', expr: 'm > 0' }],
    });
    const told = notifications.map(({ atMs, firing, resolved }) => [(atMs - START) / MINUTE_MS, firing, resolved]);
    expect(told).toEqual([
      [10.5, 1, 0],
      [15.5, 2, 0],
      [75.5, 2, 0],
      [100.5, 1, 1],
      [105.5, 0, 1],
      [600.5, 1, 0],
      [660.5, 1, 0],
      [690.5, 0, 1],
    ]);
    expect(notificationCount).toBe(8);
    expect(notifications[0]).toMatchObject({ receiver: 'hook', kind: 'webhook', groupLabels: { alertname: 'M' } });
  });

  it('is refused while another is under way, and where it would take too many evaluations', async () => {
    const both = backtests(SERIES, 120);
    const first = both.run(GROUP);
    await expect(both.run(GROUP)).rejects.toMatchObject({ code: 'ALERT_BACKTEST_RUNNING' });
    await first;
    await expect(both.run({ ...GROUP, interval: '1ms' })).rejects.toMatchObject({ code: 'ALERT_BACKTEST_TOO_LARGE' });
  });
});
