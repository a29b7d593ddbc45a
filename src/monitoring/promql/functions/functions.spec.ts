import { ask, engineOver } from '../../../../test/support/promql-fixture';

const close = (value: number) => expect.closeTo(value, 9);

describe('range functions', () => {
  const engine = engineOver([
    'c 0 10 20 30 5 15',
    'g 1 3 2 NaN 4 4',
    'i 1 Inf 2 -Inf 3 4',
    'one 7',
    'gone 1 2 stale _ _ _',
    'line{a="x"} 0 6 12 18 24 30',
  ]);

  it.each([
    // 60 s apart over 5 minutes: the range [0, 300 s] is filled to both ends, a reset in between.
    ['rate(c[5m])', { '': (5 * 10 - 25 + 30 - 10) / 300 }],
    ['increase(c[5m])', { '': 45 }],
    ['delta(c[5m])', { '': 15 }],
    ['irate(c[5m])', { '': 10 / 60 }],
    ['irate(c[2m] offset 1m)', { '': 5 / 60 }],
    ['idelta(c[2m] offset 1m)', { '': -25 }],
    ['resets(c[5m])', { '': 1 }],
    ['changes(g[5m])', { '': 4 }],
    ['changes(c[5m])', { '': 5 }],
    ['deriv(line[5m])', { '{a="x"}': 0.1 }],
    ['predict_linear(line[5m], 60)', { '{a="x"}': 36 }],
    ['holt_winters(line[5m], 0.5, 0.5)', { '{a="x"}': 30 }],
    ['sum_over_time(c[5m])', { '': 80 }],
    ['avg_over_time(c[5m])', { '': 80 / 6 }],
    ['min_over_time(g[5m])', { '': 1 }],
    ['max_over_time(g[5m])', { '': 4 }],
    ['count_over_time(g[5m])', { '': 6 }],
    ['last_over_time(g[5m])', { g: 4 }],
    ['present_over_time(g[5m])', { '': 1 }],
    ['stdvar_over_time(line[5m])', { '{a="x"}': 105 }],
    ['stddev_over_time(line[5m])', { '{a="x"}': Math.sqrt(105) }],
    ['quantile_over_time(0.5, c[5m])', { '': 12.5 }],
    ['quantile_over_time(0, g[5m])', { '': NaN }],
    ['quantile_over_time(1, g[5m])', { '': 4 }],
    ['quantile_over_time(2, g[5m])', { '': Infinity }],
    ['quantile_over_time(-1, g[5m])', { '': -Infinity }],
    ['sum_over_time(i[5m])', { '': NaN }],
    ['avg_over_time(i[2m] offset 3m)', { '': Infinity }],
    ['avg_over_time(i[5m])', { '': NaN }],
    ['absent_over_time(nothing{a="b"}[5m])', { '{a="b"}': 1 }],
    ['absent_over_time(one[5m])', {}],
    ['absent_over_time(one[1m])', { '': 1 }],
    ['rate(one[5m])', {}],
    ['deriv(one[5m])', {}],
    ['holt_winters(one[5m], 0.1, 0.1)', {}],
    ['count_over_time(gone[5m])', { '': 2 }],
    ['rate(line[150s])', { '{a="x"}': 0.1 }],
  ])('%s', async (query, expected) => {
    const values = Object.entries(expected).map(([series, value]) => [
      series,
      Number.isFinite(value) ? close(value) : value,
    ]);
    expect(await ask(engine, query, 5)).toEqual(Object.fromEntries(values));
  });

  it('includes samples on both ends of a range', async () => {
    expect(await ask(engine, 'count_over_time(c[1m])', 3)).toEqual({ '': 2 });
  });

  it('does not extrapolate a counter below zero', async () => {
    const counter = engineOver(['c _ _ 1 61 121']);
    expect(await ask(counter, 'increase(c[4m])', 4)).toEqual({ '': close(121) });
  });

  it.each(['holt_winters(line[5m], 0, 0.5)', 'holt_winters(line[5m], 0.5, 1)'])('refuses %s', async (query) => {
    await expect(ask(engine, query, 5)).rejects.toThrow(/invalid (smoothing|trend) factor/);
  });
});

describe('functions of values', () => {
  const engine = engineOver(['v{a="1"} 2.5', 'v{a="2"} -4', 'v{a="3"} NaN', 'w{a="1"} 7']);
  const both = (one: number, two: number) => ({ '{a="1"}': close(one), '{a="2"}': close(two), '{a="3"}': NaN });

  it.each([
    ['abs(v)', both(2.5, 4)],
    ['ceil(v)', both(3, -4)],
    ['floor(v)', both(2, -4)],
    ['exp(v)', both(Math.exp(2.5), Math.exp(-4))],
    ['sgn(v)', both(1, -1)],
    ['round(v)', both(3, -4)],
    ['round(v, 2)', both(2, -4)],
    ['clamp(v, -1, 1)', both(1, -1)],
    ['clamp(v, 1, -1)', {}],
    ['clamp_min(v, 0)', both(2.5, 0)],
    ['clamp_max(v, 0)', both(0, -4)],
    ['clamp_min(v{a="3"}, Inf)', { '{a="3"}': Infinity }],
    ['deg(v)', both((2.5 * 180) / Math.PI, (-4 * 180) / Math.PI)],
    ['rad(v)', both((2.5 * Math.PI) / 180, (-4 * Math.PI) / 180)],
    ['sqrt(v{a="1"})', { '{a="1"}': close(Math.sqrt(2.5)) }],
    ['ln(v{a="1"})', { '{a="1"}': close(Math.log(2.5)) }],
    ['log2(v{a="1"})', { '{a="1"}': close(Math.log2(2.5)) }],
    ['log10(v{a="1"})', { '{a="1"}': close(Math.log10(2.5)) }],
    ['atan(v{a="1"})', { '{a="1"}': close(Math.atan(2.5)) }],
    ['tanh(v{a="1"})', { '{a="1"}': close(Math.tanh(2.5)) }],
    ['timestamp(w)', { '{a="1"}': 0 }],
    ['timestamp(w + 1)', { '{a="1"}': 120 }],
    ['scalar(w)', { '': 7 }],
    ['scalar(v)', { '': NaN }],
    ['vector(3)', { '': 3 }],
    ['time()', { '': 120 }],
    ['pi()', { '': Math.PI }],
    ['absent(w)', {}],
    ['absent(x{a="1",b=~"2",c="3",c="4"})', { '{a="1"}': 1 }],
    ['absent((x{a="1"}))', { '{a="1"}': 1 }],
    ['absent(sum(x{a="1"}))', { '': 1 }],
    ['histogram_count(v)', {}],
    ['histogram_sum(v)', {}],
    ['histogram_fraction(0, 1, v)', {}],
  ])('%s', async (query, expected) => expect(await ask(engine, query, 2)).toEqual(expected));

  it('sorts with NaN last either way', async () => {
    expect(Object.values(await ask(engine, 'sort(v)', 0))).toEqual([-4, 2.5, NaN]);
    expect(Object.values(await ask(engine, 'sort_desc(v)', 0))).toEqual([2.5, -4, NaN]);
  });

  it('refuses two series that only differ in their name', async () => {
    const twins = engineOver(['a{x="1"} 1', 'b{x="1"} 2']);
    for (const query of ['abs({x="1"})', '-{x="1"}', 'rate({x="1"}[5m])', '{x="1"} * 2']) {
      const failed = ask(engineOver(['a{x="1"} 1 2', 'b{x="1"} 2 3']), query, 1);
      await expect(failed).rejects.toThrow('vector cannot contain metrics with the same labelset');
    }
    expect(await ask(twins, 'last_over_time({x="1"}[5m])', 1)).toEqual({ 'a{x="1"}': 1, 'b{x="1"}': 2 });
  });

  it('makes one series of two whose times do not meet', async () => {
    const halves = engineOver(['a{x="1"} 1 stale', 'b{x="1"} _ 2'], { lookbackMs: 1 });
    const { value } = await halves.range('abs({x="1"})', 0, 60_000, 60_000);
    expect(value).toMatchObject({ type: 'vector', columns: [{ values: Float64Array.of(1, 2) }] });
  });
});

describe('label functions', () => {
  const engine = engineOver(['m{host="web:80",job="a"} 1']);

  it.each([
    ['label_replace(m, "name", "$1", "host", "(.*):.*")', 'm{host="web:80",job="a",name="web"}'],
    ['label_replace(m, "name", "${1}x$2$$", "host", "(.*):(.*)")', 'm{host="web:80",job="a",name="webx80$"}'],
    ['label_replace(m, "name", "$1x", "host", "(.*):.*")', 'm{host="web:80",job="a"}'],
    ['label_replace(m, "name", "$n-$0", "host", "(?P<n>.*):.*")', 'm{host="web:80",job="a",name="web-web:80"}'],
    ['label_replace(m, "name", "x", "host", "web")', 'm{host="web:80",job="a"}'],
    ['label_replace(m, "job", "", "host", ".*")', 'm{host="web:80"}'],
    ['label_replace(m, "job", "none$1", "nothere", "(.*)")', 'm{host="web:80",job="none"}'],
    ['label_replace(m, "__name__", "n", "host", ".*")', 'n{host="web:80",job="a"}'],
    ['label_join(m, "both", "-", "job", "host", "x")', 'm{both="a-web:80-",host="web:80",job="a"}'],
    ['label_join(m, "job", "-")', 'm{host="web:80"}'],
  ])('%s', async (query, series) => expect(await ask(engine, query, 0)).toEqual({ [series]: 1 }));

  it.each([
    ['label_replace(m, "1", "x", "host", ".*")', /invalid destination label name/],
    ['label_replace(m, "x", "x", "host", "(")', /invalid regular expression/],
    ['label_join(m, "x", "-", "a-b")', /invalid source label name/],
    ['label_join(m, "x-y", "-", "a")', /invalid destination label name/],
  ])('refuses %s', async (query, problem) => expect(ask(engine, query, 0)).rejects.toThrow(problem));
});
