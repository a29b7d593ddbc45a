import { formatFloat } from './go-float';
import { goQuote, goQuoteChar } from './go-quote';
import { sortedKeys, textOf, typeName } from './template-values';

/** Wider fields and more digits are refused, as in Go. */
const LARGEST_NUMBER = 1_000_000;

interface Directive {
  readonly verb: string;
  readonly minus: boolean;
  readonly plus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

/** Formats as Go's `fmt.Sprintf`: its verbs, flags, widths, argument indexes, and its notes on what does not fit. */
export function goPrintf(format: string, args: readonly unknown[]): string {
  return new Printer(format, args).print();
}

class Printer {
  private readonly parts: string[] = [];
  private at = 0;
  private argument = 0;
  private reordered = false;
  private badIndex = false;

  constructor(
    private readonly format: string,
    private readonly args: readonly unknown[],
  ) {}

  print(): string {
    const { format } = this;
    while (this.at < format.length) {
      const percent = format.indexOf('%', this.at);
      this.parts.push(format.slice(this.at, percent < 0 ? format.length : percent));
      if (percent < 0) break;
      this.at = percent + 1;
      this.directive();
    }
    if (!this.reordered && this.argument < this.args.length) {
      const extra = this.args.slice(this.argument).map((value) => noted(value));
      this.parts.push(`%!(EXTRA ${extra.join(', ')})`);
    }
    return this.parts.join('');
  }

  private directive(): void {
    const flags = new Set<string>();
    this.badIndex = false;
    while ('+-# 0'.includes(this.format[this.at] ?? 'x')) flags.add(this.format[this.at++]!);
    this.index();
    let minus = flags.has('-');
    let width = this.number();
    if (width !== undefined && width < 0) {
      width = -width;
      minus = true;
    }
    let precision: number | undefined;
    if (this.format[this.at] === '.') {
      this.at++;
      this.index();
      precision = this.number() ?? 0;
      if (precision < 0) precision = undefined;
    }
    this.index();
    const code = this.format.codePointAt(this.at);
    if (code === undefined) return void this.parts.push('%!(NOVERB)');
    const verb = String.fromCodePoint(code);
    this.at += verb.length;
    if (verb === '%') return void this.parts.push('%');
    if (this.badIndex) return void this.parts.push(`%!${verb}(BADINDEX)`);
    if (this.argument >= this.args.length) return void this.parts.push(`%!${verb}(MISSING)`);
    const directive: Directive = {
      verb,
      minus,
      plus: flags.has('+'),
      sharp: flags.has('#'),
      space: flags.has(' '),
      zero: flags.has('0') && !minus,
      width,
      precision,
    };
    this.parts.push(formatted(this.args[this.argument++], directive));
  }

  /** `[n]`: the argument that comes next. */
  private index(): void {
    if (this.format[this.at] !== '[') return;
    this.reordered = true;
    const end = this.format.indexOf(']', this.at);
    const text = end < 0 ? '' : this.format.slice(this.at + 1, end);
    this.at = end < 0 ? this.at + 1 : end + 1;
    const index = /^\d{1,7}$/.test(text) ? Number(text) - 1 : -1;
    if (index >= 0 && index < this.args.length) this.argument = index;
    else this.badIndex = true;
  }

  private number(): number | undefined {
    if (this.format[this.at] === '*') {
      this.at++;
      const value = this.args[this.argument++];
      const number = typeof value === 'bigint' ? Number(value) : NaN;
      if (Math.abs(number) <= LARGEST_NUMBER) return number;
      this.parts.push('%!(BADWIDTH)');
      return undefined;
    }
    let digits = '';
    while (/\d/.test(this.format[this.at] ?? '')) digits += this.format[this.at++];
    return digits === '' || Number(digits) > LARGEST_NUMBER ? undefined : Number(digits);
  }
}

/** The value with its type, as Go writes what a verb cannot format. */
const noted = (value: unknown): string =>
  value === undefined || value === null ? '<nil>' : `${typeName(value)}=${textOf(value)}`;

function formatted(value: unknown, directive: Directive): string {
  const { verb } = directive;
  if (verb === 'T') return padded(typeName(value), directive);
  if (value === undefined || value === null) {
    return verb === 'v' ? padded('<nil>', directive) : `%!${verb}(<nil>)`;
  }
  if (typeof value === 'object') return compound(value, directive);
  return scalar(value as string | boolean | bigint | number, directive) ?? `%!${verb}(${noted(value)})`;
}

/** Slices and maps have the verb applied to what is in them. */
function compound(value: object, directive: Directive): string {
  if (typeof (value as { String?: unknown }).String === 'function') {
    return 'vsq'.includes(directive.verb) ? scalar(textOf(value), directive)! : `%!${directive.verb}(${noted(value)})`;
  }
  if (Array.isArray(value)) return `[${value.map((entry) => formatted(entry, directive)).join(' ')}]`;
  if (value instanceof Map) {
    const entries = sortedKeys(value).map(
      (key) => `${formatted(key, directive)}:${formatted(value.get(key), directive)}`,
    );
    return `map[${entries.join(' ')}]`;
  }
  return padded(textOf(value), directive);
}

/** `undefined`: the verb is not for this type. */
function scalar(value: string | boolean | bigint | number, directive: Directive): string | undefined {
  switch (typeof value) {
    case 'boolean':
      return 'vt'.includes(directive.verb) ? padded(String(value), directive) : undefined;
    case 'bigint':
      return integer(value, directive);
    case 'number':
      return float(value, directive);
    default:
      return quotable(value, directive);
  }
}

function quotable(value: string, directive: Directive): string | undefined {
  const { verb, precision, sharp } = directive;
  const cut = precision === undefined ? value : [...value].slice(0, precision).join('');
  switch (verb) {
    case 'v':
      return padded(sharp ? goQuote(cut) : cut, directive);
    case 's':
      return padded(cut, directive);
    case 'q':
      return padded(sharp && !cut.includes('`') ? `\`${cut}\`` : goQuote(cut, directive.plus), directive);
    case 'x':
    case 'X': {
      const bytes = Buffer.from(value).subarray(0, precision);
      const separated = directive.space ? bytes.toString('hex').replaceAll(/..(?!$)/g, '$& ') : bytes.toString('hex');
      const prefixed = sharp ? `0x${directive.space ? separated.replaceAll(' ', ' 0x') : separated}` : separated;
      return padded(verb === 'X' ? prefixed.toUpperCase() : prefixed, directive);
    }
    default:
      return undefined;
  }
}

const BASES: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  v: [10, ''],
  d: [10, ''],
  b: [2, '0b'],
  o: [8, '0'],
  O: [8, '0o'],
  x: [16, '0x'],
  X: [16, '0X'],
};

function integer(value: bigint, directive: Directive): string | undefined {
  const { verb, sharp, precision } = directive;
  const code = Number(value);
  const isCharacter = value >= 0n && value <= 0x10ffffn;
  if (verb === 'c') return padded(String.fromCodePoint(isCharacter ? code : 0xfffd), directive);
  if (verb === 'q') return padded(goQuoteChar(isCharacter ? code : -1, directive.plus), directive);
  if (verb === 'U') {
    const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    return padded(sharp && isCharacter ? `${hex} '${String.fromCodePoint(code)}'` : hex, directive);
  }
  const form = BASES[verb];
  if (form === undefined) return undefined;
  const [base, prefix] = form;
  const negative = value < 0n;
  let digits = (negative ? -value : value).toString(base);
  if (verb === 'X') digits = digits.toUpperCase();
  if (precision === 0 && value === 0n) digits = '';
  if (precision !== undefined) digits = digits.padStart(precision, '0');
  const mark = (sharp && verb !== 'v' && verb !== 'd') || verb === 'O' ? prefix : '';
  return signed(mark + digits, negative, directive, precision === undefined);
}

function float(value: number, directive: Directive): string | undefined {
  const { verb, precision } = directive;
  if (!'veEfFgGx'.includes(verb)) return undefined;
  if (verb === 'x') return undefined;
  const digits = formatFloat(Math.abs(value), verb === 'v' ? 'g' : verb, precision);
  const negative = value < 0 || Object.is(value, -0);
  const finite = Number.isFinite(value);
  if (value === Infinity && !directive.space) return signed('Inf', false, { ...directive, plus: true }, false);
  return signed(digits, negative, directive, finite);
}

/** Zeros stand between the sign and the digits. */
function signed(digits: string, negative: boolean, directive: Directive, mayBeZeroed: boolean): string {
  const sign = negative ? '-' : directive.plus ? '+' : directive.space ? ' ' : '';
  const zeroed = directive.zero && mayBeZeroed ? digits.padStart((directive.width ?? 0) - sign.length, '0') : digits;
  return padded(sign + zeroed, { ...directive, zero: false });
}

function padded(value: string, { width, minus, zero }: Directive): string {
  if (width === undefined) return value;
  const missing = Math.max(0, width - [...value].length);
  if (minus) return value + ' '.repeat(missing);
  return (zero ? '0' : ' ').repeat(missing) + value;
}
