type Range = readonly [from: number, to: number];

export const MAX_CODE_POINT = 0x10ffff;

const code = (char: string): number => char.codePointAt(0)!;
const ranges = (text: string): Range[] => {
  const chars = [...text];
  const pairs: Range[] = [];
  for (let at = 0; at < chars.length; at += 2) pairs.push([code(chars[at]!), code(chars[at + 1]!)]);
  return pairs;
};

/** `\d`, `\s`, `\w`: ASCII only in RE2, and `\s` without the vertical tab. */
export const PERL_CLASSES: Readonly<Record<string, readonly Range[]>> = {
  d: ranges('09'),
  s: ranges('\t\n\f\r  '),
  w: ranges('09AZ__az'),
};

/** `[:alpha:]` and the like. */
export const POSIX_CLASSES: Readonly<Record<string, readonly Range[]>> = {
  alnum: ranges('09AZaz'),
  alpha: ranges('AZaz'),
  ascii: ranges('\x00\x7f'),
  blank: ranges('\t\t  '),
  cntrl: ranges('\x00\x1f\x7f\x7f'),
  digit: ranges('09'),
  graph: ranges('!~'),
  lower: ranges('az'),
  print: ranges(' ~'),
  punct: ranges('!/:@[`{~'),
  space: ranges('\t\r  '),
  upper: ranges('AZ'),
  word: ranges('09AZ__az'),
  xdigit: ranges('09AFaf'),
};

/** The same characters as few ranges in ascending order. */
export function joined(source: readonly Range[]): Range[] {
  const result: [from: number, to: number][] = [];
  for (const [from, to] of source.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

/** Everything the ranges leave out; `ranges` may be in any order and overlap. */
export function complement(source: readonly Range[]): Range[] {
  const rest: Range[] = [];
  let next = 0;
  for (const [from, to] of source.toSorted((a, b) => a[0] - b[0])) {
    if (from > next) rest.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= MAX_CODE_POINT) rest.push([next, MAX_CODE_POINT]);
  return rest;
}
