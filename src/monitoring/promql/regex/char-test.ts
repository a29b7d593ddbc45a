import type { CharSet } from './regex-nodes';

export type CharTest = (codePoint: number) => boolean;

/** A test whether a character is in a set. With case folding it asks JavaScript's own simple case folding. */
export function charTest({ ranges, negated, fold }: CharSet): CharTest {
  if (fold && ranges.length > 0) return foldingTest(ranges, negated);
  const [only] = ranges;
  if (ranges.length === 1 && only![0] === only![1]) {
    const char = only![0];
    return negated ? (codePoint) => codePoint !== char : (codePoint) => codePoint === char;
  }
  return (codePoint) => isWithin(ranges, codePoint) !== negated;
}

/** A binary search: a class may have thousands of ranges. */
function isWithin(ranges: CharSet['ranges'], codePoint: number): boolean {
  let from = 0;
  let to = ranges.length - 1;
  while (from <= to) {
    const middle = (from + to) >>> 1;
    const [first, last] = ranges[middle]!;
    if (codePoint < first) to = middle - 1;
    else if (codePoint > last) from = middle + 1;
    else return true;
  }
  return false;
}

const hex = (codePoint: number): string => `\\u{${codePoint.toString(16)}}`;

function foldingTest(ranges: CharSet['ranges'], negated: boolean): CharTest {
  const members = ranges.map(([from, to]) => `${hex(from)}-${hex(to)}`).join('');
  const pattern = new RegExp(`^[${members}]$`, 'iu');
  return (codePoint) => pattern.test(String.fromCodePoint(codePoint)) !== negated;
}
