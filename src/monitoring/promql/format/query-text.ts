import type { AggregateExpr, AtModifier, BinaryExpr, Expr, Subquery, VectorSelector } from '../syntax/ast';
import { formatShort } from './number-text';

const INDENT = '  ';
/** An expression whose text has more bytes than this is written on several lines. */
const MAX_LINE_BYTES = 100;
const encoder = new TextEncoder();

/** A query as `format_query` of Prometheus 2.42 writes it: on one line where it fits, else broken and indented. */
export function formatQuery(expr: Expr): string {
  return new QueryFormatter().pretty(expr, 0);
}

class QueryFormatter {
  /** Each node's text on one line is needed at every level above it. */
  private readonly texts = new Map<Expr, string>();

  pretty(expr: Expr, level: number): string {
    const indent = INDENT.repeat(level);
    if (expr.kind === 'unary') return indent + expr.op + this.pretty(expr.expr, level).trim();
    const text = this.text(expr);
    const fits = encoder.encode(text).length <= MAX_LINE_BYTES;
    if (fits) return expr.kind === 'subquery' ? text : indent + text; // that one stands at the margin there, too
    const inner = (part: Expr) => this.pretty(part, level + 1);
    switch (expr.kind) {
      case 'aggregate': {
        const param = expr.param === undefined ? '' : `${inner(expr.param)},\n`;
        return `${indent}${aggregation(expr)}(\n${param}${inner(expr.expr)}\n${indent})`;
      }
      case 'binary':
        return `${inner(expr.lhs)}\n${indent}${operator(expr)}\n${inner(expr.rhs)}`;
      case 'call':
        return `${indent}${expr.func.name}(\n${expr.args.map(inner).join(',\n')}\n${indent})`;
      case 'paren':
        return `${indent}(\n${inner(expr.expr)}\n${indent})`;
      case 'subquery':
        return this.pretty(expr.expr, level) + subqueryTimes(expr);
      default:
        return indent + text;
    }
  }

  private text(expr: Expr): string {
    let text = this.texts.get(expr);
    if (text === undefined) {
      text = this.write(expr);
      this.texts.set(expr, text);
    }
    return text;
  }

  private write(expr: Expr): string {
    switch (expr.kind) {
      case 'number':
        return formatShort(expr.value);
      case 'string':
        return quote(expr.value);
      case 'selector':
        return selectorText(expr) + modifiers(expr);
      case 'matrix':
        return `${selectorText(expr.selector)}[${formatDuration(expr.rangeMs)}]${modifiers(expr.selector)}`;
      case 'subquery':
        return this.text(expr.expr) + subqueryTimes(expr);
      case 'unary':
        return expr.op + this.text(expr.expr);
      case 'binary':
        return `${this.text(expr.lhs)} ${operator(expr)} ${this.text(expr.rhs)}`;
      case 'aggregate': {
        const param = expr.param === undefined ? '' : `${this.text(expr.param)}, `;
        return `${aggregation(expr)}(${param}${this.text(expr.expr)})`;
      }
      case 'call':
        return `${expr.func.name}(${expr.args.map((arg) => this.text(arg)).join(', ')})`;
      case 'paren':
        return `(${this.text(expr.expr)})`;
      case 'invariant':
        return this.text(expr.expr);
    }
  }
}

function aggregation({ op, grouping, without }: AggregateExpr): string {
  if (without) return `${op} without (${grouping.join(', ')}) `;
  return grouping.length > 0 ? `${op} by (${grouping.join(', ')}) ` : op;
}

function operator({ op, returnBool, matching }: BinaryExpr): string {
  const bool = returnBool ? ' bool' : '';
  if (matching.labels.length === 0 && !matching.on) return op + bool;
  const matched = ` ${matching.on ? 'on' : 'ignoring'} (${matching.labels.join(', ')})`;
  const side = { 'many-to-one': 'left', 'one-to-many': 'right' }[matching.card as string];
  const group = side === undefined ? '' : ` group_${side} (${matching.include.join(', ')})`;
  return op + bool + matched + group;
}

function selectorText({ name, matchers }: VectorSelector): string {
  const written = matchers
    .filter((matcher) => !(matcher.name === '__name__' && matcher.operator === '=' && matcher.value === name))
    .map((matcher) => matcher.name + matcher.operator + quote(matcher.value))
    .toSorted(byBytes);
  return written.length === 0 ? name : `${name}{${written.join(',')}}`;
}

function modifiers({ at, offsetMs }: { readonly at: AtModifier | undefined; readonly offsetMs: number }): string {
  return atText(at) + offsetText(offsetMs);
}

function subqueryTimes({ rangeMs, stepMs, offsetMs, at }: Subquery): string {
  const step = stepMs === 0 ? '' : formatDuration(stepMs);
  return `[${formatDuration(rangeMs)}:${step}]${modifiers({ at, offsetMs })}`;
}

function atText(at: AtModifier | undefined): string {
  if (at === undefined) return '';
  return typeof at === 'number' ? ` @ ${(at / 1_000).toFixed(3)}` : ` @ ${at}()`;
}

function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return '';
  return ` offset ${offsetMs < 0 ? '-' : ''}${formatDuration(Math.abs(offsetMs))}`;
}

/** Years and weeks only where nothing is left of them: `90d` is easier to read than `12w6d`. */
const UNITS = [
  ['y', 31_536_000_000, true],
  ['w', 604_800_000, true],
  ['d', 86_400_000, false],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1_000, false],
  ['ms', 1, false],
] as const;

function formatDuration(milliseconds: number): string {
  let left = milliseconds;
  let text = '';
  for (const [unit, size, exact] of UNITS) {
    const count = Math.floor(left / size);
    if (count === 0 || (exact && left % size !== 0)) continue;
    text += `${count}${unit}`;
    left -= count * size;
  }
  return text === '' ? '0s' : text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  '\u0007': String.raw`\a`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\v': String.raw`\v`,
};
const PRINTED = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/** In double quotes, with the escapes of Go. */
function quote(text: string): string {
  let quoted = '"';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (ESCAPES[char] !== undefined) quoted += ESCAPES[char];
    else if (PRINTED.test(char)) quoted += char;
    else if (code < 0x80) quoted += String.raw`\x${hex(code, 2)}`;
    else quoted += code < 0x1_0000 ? String.raw`\u${hex(code, 4)}` : String.raw`\U${hex(code, 8)}`;
  }
  return `${quoted}"`;
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

/** As Go sorts texts. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
