import { complement, joined, MAX_CODE_POINT, PERL_CLASSES, POSIX_CLASSES } from './regex-classes';
import type { RegexReader } from './regex-reader';

type Range = readonly [from: number, to: number];

const ESCAPED_CHARS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** Reads what is between the brackets of a class, its closing one included. */
export function readClass(reader: RegexReader): { readonly ranges: readonly Range[]; readonly negated: boolean } {
  const negated = reader.take('^');
  const ranges: Range[] = [];
  for (let first = true; first || reader.peek() !== ']'; first = false) {
    if (reader.atEnd) reader.fail('missing closing ]');
    ranges.push(...(readPosixClass(reader) ?? readPerlClassHere(reader) ?? [readRange(reader)]));
  }
  reader.skip(1);
  return { ranges: joined(ranges), negated };
}

/** Reads `d` and the like, behind the backslash; the upper-case letter means all others. */
export function readPerlClass(reader: RegexReader): readonly Range[] | undefined {
  const char = reader.peek() ?? '';
  const ranges = PERL_CLASSES[char.toLowerCase()];
  if (!ranges) return undefined;
  reader.skip(1);
  return char === char.toLowerCase() ? ranges : complement(ranges);
}

/** Reads the one character an escape stands for, behind the backslash. */
export function readEscapedChar(reader: RegexReader): number {
  const rest = reader.upcoming(12);
  const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
  const hex = /^x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]+)\})/.exec(rest);
  if (octal || hex) {
    reader.skip((octal ?? hex)![0].length);
    const value = octal ? Number.parseInt(octal[0], 8) : Number.parseInt(hex![1] ?? hex![2]!, 16);
    if (value > MAX_CODE_POINT) reader.fail('invalid escape sequence');
    return value;
  }
  const char = reader.next();
  if (char === undefined) return reader.fail('trailing backslash at end of expression');
  if (char === 'p' || char === 'P') return reader.fail('unicode classes are not supported');
  const value = ESCAPED_CHARS[char];
  if (value !== undefined) return value;
  // Punctuation and the like may be escaped, ASCII letters and digits that mean nothing may not.
  if (char.charCodeAt(0) > 127 || /[0-9A-Za-z]/.test(char)) return reader.fail('invalid escape sequence');
  return char.codePointAt(0)!;
}

function readPosixClass(reader: RegexReader): readonly Range[] | undefined {
  const posix = /^\[:(\^?)(\w+):\]/.exec(reader.upcoming(20));
  if (!posix) return undefined;
  const named = POSIX_CLASSES[posix[2]!] ?? reader.fail('invalid character class range');
  reader.skip(posix[0].length);
  return posix[1] ? complement(named) : named;
}

function readPerlClassHere(reader: RegexReader): readonly Range[] | undefined {
  if (!reader.take('\\')) return undefined;
  const ranges = readPerlClass(reader);
  if (!ranges) reader.skip(-1);
  return ranges;
}

function readRange(reader: RegexReader): Range {
  const from = readChar(reader);
  const next = reader.peek(1);
  if (reader.peek() !== '-' || next === undefined || next === ']') return [from, from];
  reader.skip(1);
  const to = readChar(reader);
  if (to < from) reader.fail('invalid character class range');
  return [from, to];
}

function readChar(reader: RegexReader): number {
  if (reader.atEnd) reader.fail('missing closing ]');
  return reader.take('\\') ? readEscapedChar(reader) : reader.next()!.codePointAt(0)!;
}
