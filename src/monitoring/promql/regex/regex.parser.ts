import { complement, MAX_CODE_POINT, PERL_CLASSES, POSIX_CLASSES } from './regex.classes';
import { type Assertion, type CharSet, type ParsedRegex, type RegexNode, RegexSyntaxError } from './regex.nodes';

interface Flags {
  readonly fold: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly swapGreed: boolean;
}

const NO_FLAGS: Flags = { fold: false, multiline: false, dotAll: false, swapGreed: false };
const FLAG_OF: Readonly<Record<string, keyof Flags>> = { i: 'fold', m: 'multiline', s: 'dotAll', U: 'swapGreed' };
const MAX_REPEAT = 1_000;
const MAX_DEPTH = 200;
const ESCAPED_CHARS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: 'text-start',
  z: 'text-end',
  b: 'word-boundary',
  B: 'not-word-boundary',
};

/**
 * Parses the regular expressions of RE2 as Go's regexp package takes them (https://github.com/google/re2/wiki/Syntax).
 * Refused although RE2 has them: Unicode classes (`\p{…}`), because their contents depend on the Unicode version.
 * @throws RegexSyntaxError
 */
export function parseRegex(pattern: string): ParsedRegex {
  return new RegexParser(pattern).parse();
}

class RegexParser {
  private readonly chars: readonly string[];
  private readonly groupNames: (string | undefined)[] = [];
  private at = 0;
  private depth = 0;
  private flags = NO_FLAGS;

  constructor(private readonly pattern: string) {
    this.chars = [...pattern];
  }

  parse(): ParsedRegex {
    const root = this.choice();
    if (this.at < this.chars.length) this.fail('unexpected )');
    if (repeatProduct(root) > MAX_REPEAT) this.fail('invalid repeat count');
    return { root, groupNames: this.groupNames };
  }

  private choice(): RegexNode {
    if (++this.depth > MAX_DEPTH) this.fail('expression nests too deeply');
    const options = [this.sequence()];
    while (this.take('|')) options.push(this.sequence());
    this.depth--;
    return options.length === 1 ? options[0]! : { type: 'choice', nodes: options };
  }

  private sequence(): RegexNode {
    const nodes: RegexNode[] = [];
    while (this.at < this.chars.length && this.peek() !== '|' && this.peek() !== ')') {
      const repeatable = nodes.length;
      this.atom(nodes);
      if (nodes.length > repeatable) nodes.push(this.repeated(nodes.pop()!));
    }
    return nodes.length === 1 ? nodes[0]! : nodes.length === 0 ? { type: 'empty' } : { type: 'sequence', nodes };
  }

  /** Reads one atom into `nodes`; flags add none, `\Q…\E` may add many of which the last can be repeated. */
  private atom(nodes: RegexNode[]): void {
    const char = this.chars[this.at++]!;
    switch (char) {
      case '(':
        this.group(nodes);
        return;
      case '[':
        nodes.push({ type: 'chars', set: this.charClass() });
        return;
      case '.':
        nodes.push(this.set(this.flags.dotAll ? [] : [[10, 10]], true));
        return;
      case '^':
        nodes.push({ type: 'assertion', assertion: this.flags.multiline ? 'line-start' : 'text-start' });
        return;
      case '$':
        nodes.push({ type: 'assertion', assertion: this.flags.multiline ? 'line-end' : 'text-end' });
        return;
      case '*':
      case '+':
      case '?':
        this.fail('missing argument to repetition operator');
        return;
      case '\\':
        this.escape(nodes);
        return;
      case '{':
        if (this.counts(this.at - 1)) this.fail('missing argument to repetition operator');
    }
    nodes.push(this.literal(char.codePointAt(0)!));
  }

  private repeated(node: RegexNode): RegexNode {
    const bounds = this.quantifier();
    if (!bounds) return node;
    const lazy = this.take('?');
    if (this.quantifier()) this.fail('invalid nested repetition operator');
    return { type: 'repeat', node, ...bounds, greedy: lazy === this.flags.swapGreed };
  }

  private quantifier(): { min: number; max: number } | undefined {
    if (this.take('*')) return { min: 0, max: Infinity };
    if (this.take('+')) return { min: 1, max: Infinity };
    if (this.take('?')) return { min: 0, max: 1 };
    const counts = this.peek() === '{' ? this.counts(this.at) : undefined;
    if (!counts) return undefined;
    this.at += [...counts[0]].length;
    const min = Number(counts[1]);
    const max = counts[2] === undefined ? min : counts[3] === '' ? Infinity : Number(counts[3]);
    if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT) || min > max) this.fail('invalid repeat count');
    return { min, max };
  }

  /** `{2}`, `{2,}` or `{2,3}` at a position; anything else after a brace is an ordinary character. */
  private counts(at: number): RegExpExecArray | null {
    const counts = /^\{(0|[1-9]\d*)(,(0|[1-9]\d*|))?\}/.exec(this.chars.slice(at, at + 30).join(''));
    if (!counts && /^\{\d{9}/.test(this.chars.slice(at, at + 30).join(''))) this.fail('invalid repeat count');
    return counts;
  }

  private group(nodes: RegexNode[]): void {
    const outer = this.flags;
    let index: number | undefined;
    if (this.take('?')) {
      const name = /^P<(\w+)>/.exec(this.chars.slice(this.at, this.at + 200).join(''));
      if (name) {
        if (this.groupNames.includes(name[1])) this.fail('duplicate capture group name');
        this.at += name[0].length;
        index = this.groupNames.push(name[1]);
      } else if (!this.groupFlags()) return;
    } else index = this.groupNames.push(undefined);
    const inner = this.choice();
    if (!this.take(')')) this.fail('missing closing )');
    this.flags = outer;
    nodes.push(index === undefined ? inner : { type: 'group', node: inner, index });
  }

  /** Reads `i`, `-s` and the like. @returns whether a group begins rather than the flags holding for the rest */
  private groupFlags(): boolean {
    const flags: Record<keyof Flags, boolean> = { ...this.flags };
    let value = true;
    let named = false;
    for (;;) {
      const char = this.chars[this.at++];
      if (char === ':' || char === ')') {
        if (!value && !named) break;
        this.flags = flags;
        return char === ':';
      }
      if (char === '-' && value) {
        value = false;
        named = false;
      } else if (char !== undefined && FLAG_OF[char]) {
        flags[FLAG_OF[char]] = value;
        named = true;
      } else break;
    }
    return this.fail('invalid or unsupported Perl syntax');
  }

  private escape(nodes: RegexNode[]): void {
    const char = this.peek();
    if (char === 'Q') {
      this.at++;
      while (this.at < this.chars.length && !(this.peek() === '\\' && this.chars[this.at + 1] === 'E')) {
        // All but the last are out of reach of a following repetition.
        nodes.push(this.literal(this.chars[this.at++]!.codePointAt(0)!));
      }
      if (this.at < this.chars.length) this.at += 2;
      return;
    }
    const assertion = char === undefined ? undefined : ASSERTIONS[char];
    const perl = this.perlClass();
    if (assertion) {
      this.at++;
      nodes.push({ type: 'assertion', assertion });
    } else nodes.push(perl ? this.set(perl, false) : this.literal(this.escapedChar()));
  }

  /** `\d` and the like, behind the backslash; the upper-case letter means all others. */
  private perlClass(): readonly (readonly [number, number])[] | undefined {
    const char = this.peek() ?? '';
    const ranges = PERL_CLASSES[char.toLowerCase()];
    if (!ranges) return undefined;
    this.at++;
    return char === char.toLowerCase() ? ranges : complement(ranges);
  }

  private escapedChar(): number {
    const rest = this.chars.slice(this.at, this.at + 12).join('');
    const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
    const hex = /^x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]+)\})/.exec(rest);
    if (octal || hex) {
      this.at += (octal ?? hex)![0].length;
      const value = octal ? Number.parseInt(octal[0], 8) : Number.parseInt(hex![1] ?? hex![2]!, 16);
      if (value > MAX_CODE_POINT) this.fail('invalid escape sequence');
      return value;
    }
    const char = this.chars[this.at++];
    if (char === undefined) return this.fail('trailing backslash at end of expression');
    if (char === 'p' || char === 'P') return this.fail('unicode classes are not supported');
    const value = ESCAPED_CHARS[char];
    if (value !== undefined) return value;
    // Punctuation and the like may be escaped, ASCII letters and digits that mean nothing may not.
    if (char.charCodeAt(0) > 127 || /[0-9A-Za-z]/.test(char)) return this.fail('invalid escape sequence');
    return char.codePointAt(0)!;
  }

  private charClass(): CharSet {
    const negated = this.take('^');
    const ranges: (readonly [number, number])[] = [];
    for (let first = true; first || this.peek() !== ']'; first = false) {
      if (this.at >= this.chars.length) this.fail('missing closing ]');
      const posix = /^\[:(\^?)(\w+):\]/.exec(this.chars.slice(this.at, this.at + 20).join(''));
      if (posix) {
        const named = POSIX_CLASSES[posix[2]!];
        if (!named) this.fail('invalid character class range');
        ranges.push(...(posix[1] ? complement(named!) : named!));
        this.at += posix[0].length;
        continue;
      }
      const perl = this.peek() === '\\' ? (this.at++, this.perlClass() ?? (this.at--, undefined)) : undefined;
      if (perl) ranges.push(...perl);
      else ranges.push(this.classRange());
    }
    this.at++;
    return { ranges, negated, fold: this.flags.fold };
  }

  private classRange(): readonly [number, number] {
    const from = this.classChar();
    const next = this.chars[this.at + 1];
    if (this.peek() !== '-' || next === undefined || next === ']') return [from, from];
    this.at++;
    const to = this.classChar();
    if (to < from) this.fail('invalid character class range');
    return [from, to];
  }

  private classChar(): number {
    if (this.at >= this.chars.length) this.fail('missing closing ]');
    return this.take('\\') ? this.escapedChar() : this.chars[this.at++]!.codePointAt(0)!;
  }

  private set(ranges: CharSet['ranges'], negated: boolean): RegexNode {
    return { type: 'chars', set: { ranges, negated, fold: this.flags.fold } };
  }

  private literal(value: number): RegexNode {
    return this.set([[value, value]], false);
  }

  private peek(): string | undefined {
    return this.chars[this.at];
  }

  private take(char: string): boolean {
    if (this.peek() !== char) return false;
    this.at++;
    return true;
  }

  private fail(problem: string): never {
    throw new RegexSyntaxError(this.pattern, problem);
  }
}

/** The largest product of nested counted repetitions, which RE2 bounds. */
function repeatProduct(node: RegexNode): number {
  switch (node.type) {
    case 'sequence':
    case 'choice':
      return Math.max(1, ...node.nodes.map(repeatProduct));
    case 'group':
      return repeatProduct(node.node);
    case 'repeat': {
      const own = node.max === Infinity ? node.min : node.max;
      return Math.max(own, 1) * repeatProduct(node.node);
    }
    default:
      return 1;
  }
}
