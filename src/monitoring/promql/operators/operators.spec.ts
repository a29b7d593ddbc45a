import { ask, engineOver } from '../../../../test/support/promql-fixture';

describe('operators between vectors', () => {
  const engine = engineOver([
    'l{i="a",k="1"} 6',
    'l{i="b",k="1"} 8',
    'l{i="c",k="2"} 9',
    'r{i="a",k="1"} 2',
    'r{i="b",k="1"} 10',
    'info{i="a",v="x"} 1',
    'info{i="b",v="y"} 1',
  ]);

  it.each([
    ['l / r', { '{i="a",k="1"}': 3, '{i="b",k="1"}': 0.8 }],
    ['l - on(i) r', { '{i="a"}': 4, '{i="b"}': -2 }],
    ['l % ignoring(k) r', { '{i="a"}': 0, '{i="b"}': 8 }],
    ['l > r', { 'l{i="a",k="1"}': 6 }],
    ['l > bool r', { '{i="a",k="1"}': 1, '{i="b",k="1"}': 0 }],
    ['l > on(i) r', { '{i="a"}': 6 }],
    ['l atan2 r', { 'l{i="a",k="1"}': Math.atan2(6, 2), 'l{i="b",k="1"}': Math.atan2(8, 10) }],
    ['l * on(i) group_left(v) info', { '{i="a",k="1",v="x"}': 6, '{i="b",k="1",v="y"}': 8 }],
    ['info - on(i) group_right(v) l', { '{i="a",k="1",v="x"}': -5, '{i="b",k="1",v="y"}': -7 }],
    ['info > on(i) group_right l', {}],
    ['info < on(i) group_right l', { 'l{i="a",k="1"}': 1, 'l{i="b",k="1"}': 1 }],
    ['l * on(i) group_left(k) info', { '{i="a"}': 6, '{i="b"}': 8 }],
    ['l and on(i) r', { 'l{i="a",k="1"}': 6, 'l{i="b",k="1"}': 8 }],
    ['l unless on(i) r', { 'l{i="c",k="2"}': 9 }],
    ['r or l', { 'r{i="a",k="1"}': 2, 'r{i="b",k="1"}': 10, 'l{i="c",k="2"}': 9 }],
    ['nothing or r{i="a"}', { 'r{i="a",k="1"}': 2 }],
    ['l * nothing', {}],
    ['-r', { '{i="a",k="1"}': -2, '{i="b",k="1"}': -10 }],
    ['+r{i="a"}', { 'r{i="a",k="1"}': 2 }],
  ])('%s', async (query, expected) => expect(await ask(engine, query, 0)).toEqual(expected));

  it.each([
    ['l * on(k) r', /found duplicate series for the match group \{k="1"\} on the right hand-side/],
    ['l * on(k) group_right r', /on the left hand-side/],
    ['l * on(k) info', /match group \{\} on the right/],
    ['l{k="1"} * on(k) r{i="a"}', /many-to-one matching must be explicit/],
    ['l{k="1"} * on(k) group_left(i) r{i="a"}', /grouping labels must ensure unique matches|same labelset/],
  ])('%s has too many matches', (query, problem) => expect(ask(engine, query, 0)).rejects.toThrow(problem));

  it('sees duplicates only at the steps where they meet something', async () => {
    const apart = engineOver(['l{i="a"} 1 _', 'r{i="a",k="1"} _ 1', 'r{i="a",k="2"} _ 2'], { lookbackMs: 1 });
    expect(await ask(apart, 'l * on(i) r', 1)).toEqual({});
    await expect(
      ask(engineOver(['l{i="a"} 1', 'l{i="b"} 1', 'r{i="a",k="1"} 1', 'r{i="a",k="2"} 1']), 'l{i="b"} * on(i) r', 0),
    ).rejects.toThrow(/duplicate series/);
  });
});

describe('operators with scalars', () => {
  const engine = engineOver(['m{a="1"} 4', 'm{a="2"} 9']);

  it.each([
    ['m + 1', { '{a="1"}': 5, '{a="2"}': 10 }],
    ['10 - m', { '{a="1"}': 6, '{a="2"}': 1 }],
    ['m > 5', { 'm{a="2"}': 9 }],
    ['5 > m', { 'm{a="1"}': 4 }],
    ['5 > bool m', { '{a="1"}': 1, '{a="2"}': 0 }],
    ['m != bool 4', { '{a="1"}': 0, '{a="2"}': 1 }],
    ['1 + 2 * 3 ^ 2', { '': 19 }],
    ['7 % 4', { '': 3 }],
    ['1 / 0', { '': Infinity }],
    ['0 / 0', { '': NaN }],
    ['2 > bool 1', { '': 1 }],
    ['NaN == bool NaN', { '': 0 }],
    ['-(3)', { '': -3 }],
  ])('%s', async (query, expected) => expect(await ask(engine, query, 0)).toEqual(expected));
});
