import { RegexMatcher } from '../../../monitoring/promql/regex/regex-matcher';
import { AlertMatcherError } from '../notifications.errors';

export type MatchOperator = '=' | '!=' | '=~' | '!~';
export type LabelSet = Readonly<Record<string, string>>;

/** Characters of one matcher at most. */
const MAX_LENGTH = 4_096;
const OPERATOR = /=~|!~|!=|=/;
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** What a name of a label may be. */
export const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** One condition on a label of an alert, as Alertmanager has them. A label that is not there has the value `''`. */
export class AlertMatcher {
  private pattern: RegexMatcher | undefined;

  /** @throws AlertMatcherError when it is no regular expression of RE2, or is too long */
  constructor(
    readonly name: string,
    readonly operator: MatchOperator,
    readonly value: string,
  ) {
    if (name.length + value.length > MAX_LENGTH)
      throw new AlertMatcherError(`a matcher has ${MAX_LENGTH} characters at most`);
    this.pattern = this.isRegex ? this.compiled() : undefined;
  }

  get isRegex(): boolean {
    return this.operator === '=~' || this.operator === '!~';
  }

  get isEqual(): boolean {
    return this.operator === '=' || this.operator === '=~';
  }

  matches(labels: LabelSet): boolean {
    const value = Object.hasOwn(labels, this.name) ? labels[this.name]! : '';
    return (this.pattern === undefined ? value === this.value : this.test(value)) === this.isEqual;
  }

  /** As it is written in a configuration. */
  toString(): string {
    return `${this.name}${this.operator}${quoted(this.value)}`;
  }

  private test(value: string): boolean {
    try {
      return this.pattern!.test(value);
    } catch {
      // It remembers what it has seen, up to a bound; a new one begins with nothing.
      this.pattern = this.compiled();
      return this.pattern.test(value);
    }
  }

  private compiled(): RegexMatcher {
    try {
      return RegexMatcher.compile(this.value);
    } catch (cause) {
      throw new AlertMatcherError(`${this.name}${this.operator}: ${(cause as Error).message}`, { cause });
    }
  }
}

export const matchesAll = (labels: LabelSet, matchers: readonly AlertMatcher[]): boolean =>
  matchers.every((matcher) => matcher.matches(labels));

/** As Go writes a text between quotes, as far as labels need it. */
export const quoted = (text: string): string => JSON.stringify(text);

/**
 * Reads `a="b"`, or several with commas in between and braces around. @throws AlertMatcherError with the reason
 */
export function parseMatchers(text: string): AlertMatcher[] {
  return tokensOf(text.replace(/^\{/, '').replace(/\}$/, '')).map(parseMatcher);
}

/** Reads one. The value may stand in double quotes; then `\n`, `\"` and `\\` are escapes. */
export function parseMatcher(text: string): AlertMatcher {
  const found = OPERATOR.exec(text);
  const name = found === null ? '' : text.slice(0, found.index).trim();
  if (found === null || !NAME.test(name)) throw new AlertMatcherError(`bad matcher format: ${text.slice(0, 200)}`);
  const raw = text.slice(found.index + found[0].length).trim();
  return new AlertMatcher(name, found[0] as MatchOperator, valueOf(raw));
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let token = '';
  let inQuotes = false;
  let escaped = false;
  for (const char of text) {
    if (char === ',' && !inQuotes) {
      tokens.push(token);
      token = '';
      continue;
    }
    if (char === '"' && !escaped) inQuotes = !inQuotes;
    escaped = char === '\\' && !escaped;
    token += char;
  }
  return token.trim() === '' ? tokens : [...tokens, token];
}

function valueOf(raw: string): string {
  const isQuoted = raw.startsWith('"');
  let value = '';
  let closed = false;
  for (let at = isQuoted ? 1 : 0; at < raw.length; at++) {
    const char = raw[at]!;
    if (closed || (char === '"' && !isQuoted))
      throw new AlertMatcherError(`matcher value contains unescaped double quote: ${raw}`);
    if (char === '\\') {
      const next = raw[++at];
      value += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next ?? ''}`;
    } else if (char === '"') closed = true;
    else value += char;
  }
  if (isQuoted && !closed) throw new AlertMatcherError(`matcher value contains unescaped double quote: ${raw}`);
  return value;
}
