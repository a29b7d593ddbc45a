import type { Expr } from './ast';
import { parseExpression, parseSelectors } from './expression-parser';

/** The tree as text with every operator in parentheses. */
function shape(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return Object.is(expr.value, -0) ? '-0' : String(expr.value);
    case 'string':
      return JSON.stringify(expr.value);
    case 'selector': {
      const name = expr.matchers.find((matcher) => matcher.name === '__name__')?.value ?? '{}';
      return name + (expr.offsetMs ? ` offset ${expr.offsetMs}` : '') + (expr.at === undefined ? '' : ` @ ${expr.at}`);
    }
    case 'matrix':
      return `${shape(expr.selector)}[${expr.rangeMs}]`;
    case 'subquery':
      return `${shape(expr.expr)}[${expr.rangeMs}:${expr.stepMs}]${expr.offsetMs ? ` offset ${expr.offsetMs}` : ''}`;
    case 'unary':
      return `(${expr.op}${shape(expr.expr)})`;
    case 'binary':
      return `(${shape(expr.lhs)} ${expr.op} ${shape(expr.rhs)})`;
    case 'call':
      return `${expr.func.name}(${expr.args.map(shape).join(', ')})`;
    case 'aggregate':
      return `${expr.op}${expr.without ? ' without' : ''}[${expr.grouping.join()}](${shape(expr.expr)})`;
    case 'paren':
    case 'invariant':
      return shape(expr.expr);
  }
}

const list = (count: number, one: string) => Array(count).fill(one).join();

describe('parseExpression', () => {
  it.each([
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['2 ^ 3 ^ 2', '(2 ^ (3 ^ 2))'],
    ['-2 ^ 2', '(-(2 ^ 2))'],
    ['2 ^ -1 ^ 2', '(2 ^ (-(1 ^ 2)))'],
    ['-a * b', '((-a) * b)'],
    ['a ^ -b * c', '((a ^ (-b)) * c)'],
    ['a or b and c unless d', '(a or ((b and c) unless d))'],
    ['a > 1 + 2', '(a > (1 + 2))'],
    ['a atan2 b * c', '((a atan2 b) * c)'],
    ['--1', '1'],
    ['- a', '(-a)'],
    ['a -1', '(a - 1)'],
    ['(a + b) * c', '((a + b) * c)'],
    ['a + b offset 5m', '(a + b offset 300000)'],
    ['-a offset 5m', '(-a offset 300000)'],
    ['a ^ b[5m:1m] offset -1m', undefined],
    ['rate(a[5m] offset -1m)', 'rate(a offset -60000[300000])'],
    ['a @ 1.5 offset 1m', 'a offset 60000 @ 1500'],
    ['a @ -1', 'a @ -1000'],
    ['a @ end()', 'a @ end'],
    ['sum(a)[1h:]', 'sum[](a)[3600000:0]'],
    ['sum by (x, y,) (a)', 'sum[x,y](a)'],
    ['SUM(a) WITHOUT (x)', 'sum without[x](a)'],
    ['a AND b', '(a and b)'],
    ['sum + start', '(sum + start)'],
    ['a # comment + 1\n + 2', '(a + 2)'],
    ['1 - -0', '(1 - -0)'],
  ])('reads %s', (query, expected) => {
    if (expected === undefined) expect(() => parseExpression(query)).toThrow(/binary expression must contain only/);
    else expect(shape(parseExpression(query))).toBe(expected);
  });

  it.each([
    ['', /1:1: parse error: no expression found/],
    ['a +\n  )', /2:3: parse error: unexpected "\)"/],
    ['a b', /unexpected "b"/],
    ['sum(a', /unexpected end of input/],
    ['5m', /bad number or duration/],
    ['1_000', /bad number or duration/],
    ['1and 2', /bad number or duration/],
    ['a[5]', /missing unit/],
    ['a[0s]', /greater than 0/],
    ['a[-5m]', /not a valid duration/],
    ['a[300y]', /out of range/],
    ['a[1s1m]', /unexpected|not a valid duration|bad number/],
    ['a offset +5m', /not a valid duration/],
    ['a offset 1m offset 1m', /multiple times/],
    ['a @ 1 @ 2', /multiple times/],
    ['a @ NaN', /out of bounds/],
    ['(a) offset 1m', /must be preceded/],
    ['(a) @ 1', /must be preceded/],
    ['sum(a)[5m]', /ranges only allowed for vector selectors/],
    ['a offset 1m [5m]', /no offset modifiers allowed before range/],
    ['a @ 1 [5m]', /no @ modifiers allowed before range/],
    ['a[5m][5m:1m]', /subquery is only allowed on instant vector/],
    ['{"a"}', /unexpected string in label matching/],
    ['{"a"="b"}', /unexpected string in label matching/],
    ['sum by ("a") (b)', /grouping opts/],
    ['sum by (without) (b)', /grouping opts/],
    ['limitk(1, a)', /unknown function/],
    ['sort_by_label(a, "b")', /unknown function/],
    ['mad_over_time(a[1m])', /unknown function/],
    ['atan2', /unexpected <op:atan2>/],
    ['"abc', /unterminated/],
    ['a{b=~"("}', /missing closing \)/],
    ['a{b=~"a**"}', /invalid nested repetition/],
    ['a\u00a0+ 1', /unexpected character/],
    ['abs(\u00a0a)', /unexpected character/],
    ['a # one\rtwo', /carriage return/],
    ['a{__name__="b"}', /metric name must not be set twice/],
    ['{a=""}', /non-empty matcher/],
    ['1 > 2', /must use BOOL/],
    ['1 + bool 2', /bool modifier can only be used on comparison/],
    ['1 and 2', /set operator "and" not allowed/],
    ['a and on(x) group_left b', /no grouping allowed/],
    ['a + on(x) group_left(x) b', /must not occur in ON and GROUP/],
    ['1 + on(x) a', /only allowed between instant vectors/],
    ['a + group_left b', /unexpected/],
    ['rate(a)', /expected type range vector in call to function "rate", got instant vector/],
    ['abs(a, b)', /expected 1 argument\(s\) in call to "abs", got 2/],
    ['round(a, 1, 2)', /expected at most 2 argument\(s\)/],
    ['label_join(a, "b")', /expected at least 3 argument\(s\)/],
    ['sum(a, b)', /expected 1, got 2/],
    ['topk(a)', /expected 2, got 1/],
    ['sum()', /no arguments/],
    ['topk("a", b)', /expected type scalar in aggregation parameter/],
    ['-"a"', /unary expression only allowed/],
  ])('refuses %j', (query, problem) => {
    expect(() => parseExpression(query)).toThrow(problem);
  });

  it('refuses what would exhaust the stack or the memory', () => {
    expect(() => parseExpression('('.repeat(1_000) + '1' + ')'.repeat(1_000))).toThrow(/nested deeper/);
    expect(() => parseExpression(Array(1_001).fill('1').join('+'))).toThrow(/nested deeper|operators/);
    expect(() => parseExpression(`a{b="${'x'.repeat(70_000)}"}`)).toThrow(
      /70007 characters \(limit query_size: 65536\)/,
    );
    for (const [query, what] of [
      [`a{${list(65, 'b="c"')}}`, '65 matchers in one selector'],
      [`sum by (${list(65, 'b')}) (a)`, '65 labels in one list'],
      [`a * on (${list(65, 'b')}) c`, '65 labels in one list'],
      [`label_join(a, "b", ${list(63, '"c"')})`, '65 arguments in one call'],
    ] as const) {
      expect(() => parseExpression(query)).toThrow(`query has ${what} (limit query_size: 64)`);
    }
    expect(parseExpression(`a{${list(64, 'b="c"')}}`)).toBeDefined();
  });
});

describe('parseSelectors', () => {
  it('lets the regular expressions of all of them take what those of one query may', () => {
    const large = 'a{b=~"x{1000}y{1000}z{1000}"}';
    expect(parseSelectors(Array(6).fill(large))).toHaveLength(6);
    expect(() => parseSelectors(Array(7).fill(large))).toThrow(/expression too large/);
  });

  it('takes bare selectors and nothing else', () => {
    const [first, second] = parseSelectors(['a{b!="c"}', 'd']);
    expect(first!.map(({ name, operator }) => name + operator)).toEqual(['b!=', '__name__=']);
    expect(second!.map(({ value }) => value)).toEqual(['d']);
    for (const query of ['a offset 5m', '(a)', '1', 'a + b', 'a @ 1']) {
      expect(() => parseSelectors(['a', query])).toThrow(/a metric selector is expected/);
    }
  });
});
