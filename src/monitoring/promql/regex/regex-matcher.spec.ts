import * as fc from 'fast-check';
import { cpuMsOf } from '../../../../test/support/cpu-time';
import { RegexMatcher } from './regex-matcher';

const matches = (pattern: string, text: string) => RegexMatcher.compile(pattern).test(text);

describe('RegexMatcher', () => {
  it.each([
    ['a|b', 'b', true],
    ['a|b', 'ab', false],
    ['', '', true],
    ['.*', 'anything', true],
    ['.*', 'two\nlines', false],
    ['(?s).*', 'two\nlines', true],
    ['.', '\u2028', true],
    ['a.c', 'a😀c', true],
    ['^a$', 'a', true],
    ['(?m)a$\\nb', 'a\nb', true],
    ['(?m)a$\\rb', 'a\rb', false],
    ['(?i)STRASSE|ÄÖ', 'äö', true],
    ['(?i)k', '\u212a', true],
    ['a(?i)b|c', 'C', true],
    ['(?:(?i)a)b', 'aB', false],
    ['(?i:a)b', 'Ab', true],
    ['\\d+', '12', true],
    ['\\d', '٣', false],
    ['\\s', '\v', false],
    ['\\s', '\u00a0', false],
    ['\\w\\W', 'aé', true],
    ['\\bfoo\\b', 'foo', true],
    ['foo\\Bbar', 'foobar', true],
    ['foo\\bbar', 'foobar', false],
    ['a{2,3}', 'aaaa', false],
    ['a{2,3}', 'aaa', true],
    ['a{2,}', 'aaaaa', true],
    ['a{0}', '', true],
    ['a{,2}', 'a{,2}', true],
    ['{}]', '{}]', true],
    ['[]a]+', ']a', true],
    ['[^]a]', 'b', true],
    ['[a-]', '-', true],
    ['[\\d-z]', '-', true],
    ['[[:alpha:]_]+', 'ab_', true],
    ['[[:^digit:]]', '5', false],
    ['[^\\D]', '5', true],
    ['\\Qa.b\\E+', 'a.bb', true],
    ['\\x41\\x{1F600}\\101', 'A😀A', true],
    ['\\Aa\\z', 'a', true],
    ['(?P<n>a)(?P<m>b)', 'ab', true],
    ['a??b', 'ab', true],
    ['(?U)a+', 'aa', true],
    ['()*', '', true],
    ['(a|b)*c', 'ababc', true],
  ])('%s on %j: %s', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected));

  it.each([
    '(',
    ')',
    '[',
    'a**',
    'a++',
    '*a',
    'a|*',
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '(?<n>a)',
    '(a)\\1',
    '\\8',
    '\\y',
    '\\Z',
    '\\',
    'a{1001}',
    'a{2,1}',
    '(a{500}){500}',
    '[b-a]',
    '[a-\\d]',
    '[[:nope:]]',
    '(?P<n>a)(?P<n>b)',
    '(?z)',
    '(?i-)',
    '\\pL',
    '((a{1000}){1}b{1000}){1}'.repeat(40),
  ])('refuses %s', (pattern) => {
    expect(() => RegexMatcher.compile(pattern)).toThrow(/error parsing regexp/);
  });

  it('takes no longer for a pattern that would hang a backtracking engine', () => {
    const matcher = RegexMatcher.compile('(a+)+(b|a)*(a|a)*c');
    const took = cpuMsOf(() => expect(matcher.test('a'.repeat(50_000))).toBe(false));
    expect(took).toBeLessThan(2_000);
  });

  it('agrees with JavaScript on patterns both read alike', () => {
    const atom = fc.constantFrom('a', 'b', 'c', '[ab]', '[^a]', '(?:ab|c)', '(a|b)', '(?:a*b)');
    const quantifier = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '*?');
    const pattern = fc
      .array(fc.tuple(atom, quantifier, fc.constantFrom('', '', '|')), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.map((part) => part.join('')).join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (source, input) => {
        const expected = new RegExp(`^(?:${source})$`, 'u').exec(input);
        const matcher = RegexMatcher.compile(source);
        expect(matcher.test(input)).toBe(expected !== null);
        expect(matcher.captures(input) !== undefined).toBe(expected !== null);
      }),
      { numRuns: 2_000 },
    );
  });

  it('captures what a greedy engine would', () => {
    expect(RegexMatcher.compile('(.*?)(b+)(x)?').captures('aabb')).toEqual(['aa', 'bb', undefined]);
    expect(RegexMatcher.compile('(a|ab)(c|bcd)').captures('abcd')).toEqual(['a', 'bcd']);
    expect(RegexMatcher.compile('(?P<host>.*):(\\d+)').captures('😀:80')).toEqual(['😀', '80']);
    expect(RegexMatcher.compile('a').captures('b')).toBeUndefined();
  });

  it('forgets the states of its automaton rather than growing without end', () => {
    const matcher = RegexMatcher.compile('(?:a|b)*a(?:a|b){12}');
    let seed = 1;
    const matchAll = (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        const letter = () => ((seed = (seed * 48_271) % 2_147_483_647) & 1 ? 'a' : 'b');
        const text = Array.from({ length: 60 }, letter).join('');
        expect(matcher.test(text)).toBe(text.at(-13) === 'a');
      }
    };
    matchAll(100);
    // There are 8,192 states, so it goes on forgetting and making them, until it has cost too much.
    expect(() => matchAll(10_000)).toThrow(/limit regex_work/);
  });

  it('refuses patterns that take much before they match anything', () => {
    const large = /expression too large/;
    expect(() => RegexMatcher.compile(`(?:${'(?:)'.repeat(10_000)}){1000}`)).toThrow(large);
    expect(() => RegexMatcher.compile('a{1000}'.repeat(21))).toThrow(large);
    expect(() => RegexMatcher.compile('a'.repeat(65_537))).toThrow(large);
    expect(() => RegexMatcher.compile('()'.repeat(5_000)).captures('')).toThrow(/limit regex_work/);
  });

  it('reads classes of many ranges, out of order and overlapping', () => {
    const matcher = RegexMatcher.compile('[x-za-cb-ddA😀-😃]+');
    expect(matcher.test('abcdxyzA😂')).toBe(true);
    for (const text of ['e', 'w', 'B', '@', '😄', '']) expect(matcher.test(text)).toBe(false);
  });

  it('stops a pattern that is made to cost time', () => {
    const hostile = RegexMatcher.compile('(.{0,500}a){0,2}.{0,1000}z');
    expect(() => hostile.captures('ab'.repeat(1_500))).toThrow(/limit regex_work/);
  });
});
