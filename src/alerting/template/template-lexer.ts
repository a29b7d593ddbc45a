import { TemplateError } from './template-error';

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'identifier'
  | 'variable'
  | 'field'
  | 'dot'
  | 'string'
  | 'character'
  | 'number'
  | 'symbol'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
}

const OPEN = '{{';
const CLOSE = '}}';
const COMMENT_OPEN = '/*';
const COMMENT_CLOSE = '*/';
const SPACES = ' \t\r\n';

const isSpace = (char: string | undefined): boolean => char !== undefined && SPACES.includes(char);
const isAlphanumeric = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{Nd}_]/u.test(char);

/** Cuts a template into texts and the tokens of its actions, with `{{-` and `-}}` applied to the texts. */
export class TemplateLexer {
  private readonly tokens: Token[] = [];
  private at = 0;
  private line = 1;
  private depth = 0;

  private constructor(
    private readonly name: string,
    private readonly input: string,
  ) {}

  /** @throws TemplateError */
  static tokens(name: string, input: string): readonly Token[] {
    const lexer = new TemplateLexer(name, input);
    lexer.run();
    return lexer.tokens;
  }

  private run(): void {
    let trimNext = false;
    for (;;) {
      const open = this.input.indexOf(OPEN, this.at);
      const until = open < 0 ? this.input.length : open;
      const trimsBefore = open >= 0 && this.input[open + 2] === '-' && isSpace(this.input[open + 3]);
      this.addText(this.input.slice(this.at, until), trimNext, trimsBefore);
      if (open < 0) break;
      this.at = open + OPEN.length + (trimsBefore ? 2 : 0);
      trimNext = this.input.startsWith(COMMENT_OPEN, this.at) ? this.skipComment() : this.action();
    }
    this.add('end', '');
  }

  private addText(text: string, trimStart: boolean, trimEnd: boolean): void {
    let kept = text;
    if (trimEnd) kept = kept.slice(0, lengthWithoutSpaces(kept));
    if (trimStart) kept = kept.slice(leadingSpaces(kept));
    if (kept !== '') this.add('text', kept);
    this.advanceLines(text);
  }

  /** @returns whether the text behind it is trimmed */
  private skipComment(): boolean {
    const end = this.input.indexOf(COMMENT_CLOSE, this.at);
    if (end < 0) throw this.problem('unclosed comment');
    this.advanceLines(this.input.slice(this.at, end));
    this.at = end + COMMENT_CLOSE.length;
    const trims = isSpace(this.input[this.at]) && this.input.startsWith(`-${CLOSE}`, this.at + 1);
    if (trims) this.at += 2;
    if (!this.input.startsWith(CLOSE, this.at)) throw this.problem('comment ends before closing delimiter');
    this.at += CLOSE.length;
    return trims;
  }

  /** @returns whether the text behind it is trimmed */
  private action(): boolean {
    this.add('open', OPEN);
    this.depth = 0;
    for (;;) {
      const trims = isSpace(this.input[this.at]) && this.input.startsWith(`-${CLOSE}`, this.at + 1);
      if (trims || this.input.startsWith(CLOSE, this.at)) {
        if (this.depth > 0) throw this.problem('unclosed left paren');
        if (trims) this.advanceLines(this.input[this.at]!);
        this.at += trims ? 2 + CLOSE.length : CLOSE.length;
        this.add('close', CLOSE);
        return trims;
      }
      if (this.at >= this.input.length) throw this.problem('unclosed action');
      this.insideAction();
    }
  }

  private insideAction(): void {
    const char = this.input[this.at]!;
    if (isSpace(char)) return this.spaces();
    if (char === '"') return this.quoted('"', 'string', 'unterminated quoted string');
    if (char === '`') return this.raw();
    if (char === "'") return this.quoted("'", 'character', 'unterminated character constant');
    if (char === '$') return this.word('variable', 1);
    if (char === '.' && !/\d/.test(this.input[this.at + 1] ?? '')) {
      if (isAlphanumeric(this.input[this.at + 1])) return this.word('field', 1);
      return this.take('dot', 1);
    }
    if (/[+\-.\d]/.test(char)) return this.number();
    if (isAlphanumeric(char)) return this.word('identifier', 0);
    if (this.input.startsWith(':=', this.at)) return this.take('symbol', 2);
    if ('|(),='.includes(char)) return this.symbol(char);
    if (char === ':') throw this.problem('expected :=');
    if (char > ' ' && char < '\u007f') return this.take('symbol', 1); // which the parser refuses where it stands
    throw this.problem(`unrecognized character in action: ${unicode(this.input, this.at)}`);
  }

  private symbol(char: string): void {
    if (char === '(') this.depth++;
    if (char === ')' && --this.depth < 0) throw this.problem('unexpected right paren');
    this.take('symbol', 1);
  }

  private spaces(): void {
    let end = this.at;
    // The space before `-}}` belongs to the mark.
    while (isSpace(this.input[end]) && !(end > this.at && this.input.startsWith(`-${CLOSE}`, end + 1))) end++;
    this.take('space', end - this.at);
  }

  private word(kind: TokenKind, from: number): void {
    let end = this.at + from;
    while (isAlphanumeric(this.input[end])) end++;
    const next = this.input[end];
    const ends = next === undefined || isSpace(next) || '.,|:()='.includes(next) || this.input.startsWith(CLOSE, end);
    if (!ends) throw this.problem(`bad character ${unicode(this.input, end)}`);
    this.take(kind, end - this.at);
  }

  private number(): void {
    const found = NUMBER.exec(this.input.slice(this.at, this.at + 64))?.[0] ?? '';
    let end = this.at + found.length;
    const complete = found !== '' && !isAlphanumeric(this.input[end]) && this.input[end] !== '.';
    if (!complete) {
      while (isAlphanumeric(this.input[end]) || '.+-'.includes(this.input[end] ?? ' ')) end++;
      throw this.problem(`bad number syntax: "${this.input.slice(this.at, end)}"`);
    }
    this.take('number', found.length);
  }

  private quoted(quote: string, kind: TokenKind, unterminated: string): void {
    let end = this.at + 1;
    while (this.input[end] !== quote) {
      if (this.input[end] === '\\') end++;
      if (end >= this.input.length || this.input[end] === '\n') throw this.problem(unterminated);
      end++;
    }
    this.take(kind, end + 1 - this.at);
  }

  private raw(): void {
    const end = this.input.indexOf('`', this.at + 1);
    if (end < 0) throw this.problem('unterminated raw quoted string');
    this.take('string', end + 1 - this.at);
  }

  private take(kind: TokenKind, length: number): void {
    const text = this.input.slice(this.at, this.at + length);
    this.add(kind, text);
    this.at += length;
    this.advanceLines(text);
  }

  private add(kind: TokenKind, text: string): void {
    this.tokens.push({ kind, text, line: this.line });
  }

  private advanceLines(text: string): void {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.line++;
  }

  private problem(reason: string): TemplateError {
    return new TemplateError(this.name, this.line, reason);
  }
}

const NUMBER =
  /^[+-]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?)/;

function unicode(text: string, at: number): string {
  const code = text.codePointAt(at)!;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')} '${String.fromCodePoint(code)}'`;
}

function leadingSpaces(text: string): number {
  let at = 0;
  while (at < text.length && isSpace(text[at])) at++;
  return at;
}

function lengthWithoutSpaces(text: string): number {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) end--;
  return end;
}
