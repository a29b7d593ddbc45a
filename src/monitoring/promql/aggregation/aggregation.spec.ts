import { ask, engineOver } from '../../../../test/support/promql-fixture';

describe('aggregations', () => {
  const engine = engineOver([
    'm{g="x",i="1"} 1',
    'm{g="x",i="2"} 3',
    'm{g="y",i="1"} 5',
    'm{g="y",i="2"} NaN',
    'm{g="z",i="1"} Inf',
  ]);

  it.each([
    ['sum by (g) (m)', { '{g="x"}': 4, '{g="y"}': NaN, '{g="z"}': Infinity }],
    ['sum without (i) (m)', { '{g="x"}': 4, '{g="y"}': NaN, '{g="z"}': Infinity }],
    ['sum(m{g="x"})', { '': 4 }],
    ['sum by (__name__) (m{g="x"})', { m: 4 }],
    ['avg by (g) (m)', { '{g="x"}': 2, '{g="y"}': NaN, '{g="z"}': Infinity }],
    ['avg(m{g!="y"})', { '': Infinity }],
    ['min by (g) (m)', { '{g="x"}': 1, '{g="y"}': 5, '{g="z"}': Infinity }],
    ['max by (g) (m)', { '{g="x"}': 3, '{g="y"}': 5, '{g="z"}': Infinity }],
    ['count by (g) (m)', { '{g="x"}': 2, '{g="y"}': 2, '{g="z"}': 1 }],
    ['group by (i) (m)', { '{i="1"}': 1, '{i="2"}': 1 }],
    ['stdvar(m{g="x"})', { '': 1 }],
    ['stddev by (g) (m{g="x"})', { '{g="x"}': 1 }],
    ['stddev(m{g="z"})', { '': 0 }],
    ['quantile(0.5, m{g="x"})', { '': 2 }],
    // Inf · 1 + Inf · 0, as Prometheus has it.
    ['quantile by (g) (0, m)', { '{g="x"}': 1, '{g="y"}': NaN, '{g="z"}': NaN }],
    ['topk(1, m)', { 'm{g="z",i="1"}': Infinity }],
    ['topk(2, m{g="y"})', { 'm{g="y",i="1"}': 5, 'm{g="y",i="2"}': NaN }],
    ['topk by (g) (1, m)', { 'm{g="x",i="2"}': 3, 'm{g="y",i="1"}': 5, 'm{g="z",i="1"}': Infinity }],
    ['bottomk by (g) (1, m)', { 'm{g="x",i="1"}': 1, 'm{g="y",i="1"}': 5, 'm{g="z",i="1"}': Infinity }],
    ['topk(0, m)', {}],
    ['topk(scalar(count(m{g="x"})), m{g="x"})', { 'm{g="x",i="2"}': 3, 'm{g="x",i="1"}': 1 }],
    ['count_values("v", m)', { '{v="1"}': 1, '{v="3"}': 1, '{v="5"}': 1, '{v="NaN"}': 1, '{v="+Inf"}': 1 }],
    [
      'count_values by (g) ("v", m * 0)',
      { '{g="x",v="0"}': 2, '{g="y",v="0"}': 1, '{g="y",v="NaN"}': 1, '{g="z",v="NaN"}': 1 },
    ],
    ['count_values without (i) ("g", m{g="x"})', { '{g="1"}': 1, '{g="3"}': 1 }],
    ['sum(nothing)', {}],
  ])('%s', async (query, expected) => expect(await ask(engine, query, 0)).toEqual(expected));

  it('ranks the best first', async () => {
    expect(Object.keys(await ask(engine, 'topk(3, m)', 0))).toEqual([
      'm{g="z",i="1"}',
      'm{g="y",i="1"}',
      'm{g="x",i="2"}',
    ]);
    expect(Object.keys(await ask(engine, 'bottomk(2, m)', 0))).toEqual(['m{g="x",i="1"}', 'm{g="x",i="2"}']);
  });

  it.each([
    ['topk(NaN, m)', /overflows int64/],
    ['bottomk(1e20, m)', /overflows int64/],
    ['topk(Inf, m)', /\+Inf overflows int64/],
    ['count_values("a-b", m)', /invalid label name "a-b"/],
  ])('refuses %s', async (query, problem) => expect(ask(engine, query, 0)).rejects.toThrow(problem));
});
