import { parseDuration, parseNumber, parsePositiveDuration, unquote } from './literals';

describe('parseNumber', () => {
  it.each([
    ['1', 1],
    ['0x1F', 31],
    ['017', 15],
    ['08', 8],
    ['.5', 0.5],
    ['1e3', 1_000],
    ['1.5E-2', 0.015],
    ['inf', Infinity],
    ['NaN', NaN],
    ['18446744073709551616', 2 ** 64],
  ])('reads %s', (text, value) => expect(parseNumber(text)).toBe(value));

  it.each(['1_0', '5m', '1e', '0x', '0b1', '1e999', '0xffffffffffffffff'])('refuses %s', (text) => {
    expect(() => parseNumber(text)).toThrow();
  });
});

describe('parseDuration', () => {
  it.each([
    ['1y2w3d4h5m6s7ms', 31_536_000_000 + 2 * 604_800_000 + 3 * 86_400_000 + 4 * 3_600_000 + 5 * 60_000 + 6_007],
    ['0', 0],
    ['90s', 90_000],
  ])('reads %s', (text, value) => expect(parseDuration(text)).toBe(value));

  it.each(['', '5', '1m1h', '5 m', '-5m', '1.5h', '300y'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow();
  });

  it('takes no zero in a query', () => expect(() => parsePositiveDuration('0s')).toThrow(/greater than 0/));
});

describe('unquote', () => {
  it.each([
    [String.raw`"a\"b\\\n\t"`, 'a"b\\\n\t'],
    [String.raw`'it\'s "so"'`, 'it\'s "so"'],
    [String.raw`"\u00e9\U0001F600\x41\101"`, 'é😀AA'],
    [String.raw`"\xc3\xa9"`, 'é'],
    ['`raw \\n "text"`', 'raw \\n "text"'],
    ['"😀"', '😀'],
  ])('reads %s', (literal, text) => expect(unquote(literal)).toBe(text));

  it.each([
    '"open',
    '"',
    String.raw`"\q"`,
    String.raw`"\'"`,
    String.raw`"\x4"`,
    String.raw`"\ud800"`,
    String.raw`"\400"`,
    String.raw`"\xff"`,
    '"a\nb"',
  ])('refuses %j', (literal) => expect(() => unquote(literal)).toThrow());
});
