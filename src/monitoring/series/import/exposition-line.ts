import { isDecimal } from '../../../common/decimal-text';

/** The two text formats; they differ in the unit of timestamps, in strictness and in how a body ends. */
export type ImportFormat = 'text' | 'openmetrics';

/** A line that the format does not allow; the message goes into the report to the sender. */
export class MalformedLineError extends Error {}

export interface SampleLine {
  /** The metric's name and its labels exactly as written: what identifies a series within one body. */
  readonly seriesText: string;
  readonly value: number;
  /** Unix milliseconds; `undefined` when the line has none. */
  readonly timestampMs: number | undefined;
}

export interface CommentLine {
  readonly keyword: 'HELP' | 'TYPE' | 'UNIT';
  readonly metric: string;
  readonly text: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSING_BRACE = 0x7d;
/** Behind the name one blank belongs to the text's border and all else to the text: no blank can be read in two ways. */
const COMMENT = /^#[ \t]+(HELP|TYPE|UNIT)[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t](.*))?$/s;
const SPECIAL: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, infinity: Infinity };

/** Reads `name{labels} value [timestamp] [# exemplar]`. @throws MalformedLineError */
export function parseSampleLine(line: string, format: ImportFormat): SampleLine {
  const end = endOfSeries(line);
  const tail = line.slice(end);
  const exemplarAt = format === 'openmetrics' ? tail.indexOf(' # ') : -1;
  const fields = (exemplarAt < 0 ? tail : tail.slice(0, exemplarAt)).trim().split(/[ \t]+/);
  const [value = '', timestamp, ...rest] = fields;
  if (rest.length > 0) throw new MalformedLineError('expected a value and at most a timestamp behind the series');
  return {
    seriesText: line.slice(0, end).trim(),
    value: parseValue(value),
    timestampMs: timestamp === undefined ? undefined : parseTimestamp(timestamp, format),
  };
}

/** Reads `# HELP|TYPE|UNIT metric text`; `undefined` for any other comment. */
export function parseComment(line: string): CommentLine | undefined {
  const match = COMMENT.exec(line);
  if (!match) return undefined;
  return { keyword: match[1] as CommentLine['keyword'], metric: match[2]!, text: (match[3] ?? '').trimStart() };
}

/** Where the value begins: behind the closing brace, or behind the name. */
function endOfSeries(line: string): number {
  const brace = line.indexOf('{');
  const blank = line.search(/[ \t]/);
  if (brace < 0 || (blank >= 0 && blank < brace && line.slice(blank, brace).trim() !== '')) {
    if (blank < 0) throw new MalformedLineError('expected a value behind the name');
    return blank;
  }
  let quoted = false;
  for (let at = brace + 1; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === BACKSLASH && quoted) at++;
    else if (code === QUOTE) quoted = !quoted;
    else if (code === CLOSING_BRACE && !quoted) return at + 1;
  }
  throw new MalformedLineError('expected a closing brace behind the labels');
}

function parseValue(text: string): number {
  if (isDecimal(text)) return Number(text);
  const special = SPECIAL[text.replace(/^[+-]/, '').toLowerCase()];
  if (special === undefined) throw new MalformedLineError('expected a decimal number, NaN, +Inf or -Inf as the value');
  return text.startsWith('-') ? -special : special;
}

/** Milliseconds in the text format, seconds with a fraction in OpenMetrics. */
function parseTimestamp(text: string, format: ImportFormat): number {
  if (format === 'text') {
    if (/^-?\d{1,15}$/.test(text)) return Number(text);
    throw new MalformedLineError('expected whole milliseconds as the timestamp');
  }
  const ms = isDecimal(text) ? Math.round(Number(text) * 1_000) : NaN;
  if (!Number.isSafeInteger(ms)) throw new MalformedLineError('expected seconds as the timestamp');
  return ms;
}
