import { isDecimal } from '../../../common/decimal-text';

// The literals of Prometheus 2.42. The grammar package is younger and takes more (1_000, 5m as a number, 300 as a
// duration, unterminated strings), so each is checked again here. Every function throws an Error with the reason.

/** A number as Go's ParseInt with base 0, then ParseFloat, read it: `017` is 15. The sign is not part of it. */
export function parseNumber(text: string): number {
  const lower = text.toLowerCase();
  if (lower === 'inf') return Infinity;
  if (lower === 'nan') return NaN;
  if (/^0x[0-9a-f]+$/.test(lower)) {
    if (BigInt(lower) > 0x7fff_ffff_ffff_ffffn) throw new Error(`error parsing number: "${text}" is out of range`);
    return Number(lower);
  }
  if (/^0[0-7]+$/.test(lower)) {
    const value = BigInt(`0o${lower.slice(1)}`);
    if (value <= 0x7fff_ffff_ffff_ffffn) return Number(value);
  }
  if (!isDecimal(lower) || /^[+-]/.test(lower)) throw new Error(`bad number or duration syntax: "${text}"`);
  const value = Number(lower);
  if (value === Infinity) throw new Error(`error parsing number: "${text}" is out of range`);
  return value;
}

const DURATION =
  /^(?:(?<y>\d+)y)?(?:(?<w>\d+)w)?(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+)s)?(?:(?<ms>\d+)ms)?$/;
const UNIT_MS = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
/** What an int64 of nanoseconds holds. */
const MAX_DURATION_MS = 9_223_372_036_854;

/** A duration such as `1h30m`, in ms; `0` has no unit. */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  const parts = text === '' ? undefined : DURATION.exec(text)?.groups;
  if (!parts) throw new Error(`not a valid duration string: "${text}"`);
  let total = 0;
  for (const [unit, milliseconds] of Object.entries(UNIT_MS)) total += Number(parts[unit] ?? 0) * milliseconds;
  if (total > MAX_DURATION_MS) throw new Error('duration out of range');
  return total;
}

/** A duration as it may stand in a query: with a unit and greater than 0. */
export function parsePositiveDuration(text: string): number {
  if (/^[\d.]+$/.test(text)) throw new Error('missing unit character in duration');
  const duration = parseDuration(text);
  if (duration === 0) throw new Error('duration must be greater than 0');
  return duration;
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };

/** The text between the quotes, escapes resolved as in Go. `\xff` and `\377` are bytes: together they must be UTF-8. */
export function unquote(literal: string): string {
  const quote = literal[0]!;
  if (literal.length < 2 || literal.at(-1) !== quote) throw new Error('unterminated quoted string');
  const body = literal.slice(1, -1);
  if (quote === '`') return body;
  if (body.includes('\n')) throw new Error('unterminated quoted string');
  if (!body.includes('\\')) return body;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  let at = 0;
  while (at < body.length) {
    if (body[at] !== '\\') {
      const char = String.fromCodePoint(body.codePointAt(at)!);
      bytes.push(...encoder.encode(char));
      at += char.length;
      continue;
    }
    const escape = readEscape(body, at + 1, quote);
    if (escape.byte) bytes.push(escape.value);
    else bytes.push(...encoder.encode(String.fromCodePoint(escape.value)));
    at = escape.next;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    throw new Error(`string ${literal} is not valid UTF-8`);
  }
}

interface Escape {
  readonly value: number;
  /** Whether the value is one byte rather than a code point. */
  readonly byte: boolean;
  readonly next: number;
}

function readEscape(body: string, at: number, quote: string): Escape {
  const char = body[at];
  if (char === undefined) throw new Error('escape sequence not terminated');
  if (char === quote) return { value: quote.charCodeAt(0), byte: true, next: at + 1 };
  const simple = SIMPLE_ESCAPES[char];
  if (simple !== undefined) return { value: simple, byte: true, next: at + 1 };
  const digits = { x: 2, u: 4, U: 8 }[char];
  const text = digits === undefined ? body.slice(at, at + 3) : body.slice(at + 1, at + 1 + digits);
  const pattern = digits === undefined ? /^[0-7]{3}$/ : /^[0-9a-fA-F]+$/;
  if (!pattern.test(text) || text.length !== (digits ?? 3)) throw new Error(`unknown escape sequence \\${char}`);
  const value = Number.parseInt(text, digits === undefined ? 8 : 16);
  const byte = digits === undefined || digits === 2;
  const invalid = byte ? value > 255 : value > 0x10ffff || (value >= 0xd800 && value < 0xe000);
  if (invalid) throw new Error('escape sequence is an invalid Unicode code point');
  return { value, byte, next: at + (digits === undefined ? 3 : 1 + digits) };
}
