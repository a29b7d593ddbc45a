import { readClass, readEscapedChar, readPerlClass } from './char-class-parser';
import { type Assertion, type CharSet, type ParsedRegex, type RegexNode, RegexSyntaxError } from './regex-nodes';
import { RegexReader } from './regex-reader';

interface Flags {
  readonly fold: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly swapGreed: boolean;
}

const NO_FLAGS: Flags = { fold: false, multiline: false, dotAll: false, swapGreed: false };
const FLAG_OF: Readonly<Record<string, keyof Flags>> = { i: 'fold', m: 'multiline', s: 'dotAll', U: 'swapGreed' };
/** As long as a query may be. */
const MAX_PATTERN_LENGTH = 65_536;
const MAX_REPEAT = 1_000;
const MAX_DEPTH = 200;
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
  if (pattern.length > MAX_PATTERN_LENGTH) throw new RegexSyntaxError(pattern, 'expression too large');
  return new RegexParser(pattern).parse();
}

class RegexParser {
  private readonly reader: RegexReader;
  private readonly groupNames: (string | undefined)[] = [];
  private readonly usedNames = new Set<string>();
  private depth = 0;
  private flags = NO_FLAGS;

  constructor(pattern: string) {
    this.reader = new RegexReader(pattern);
  }

  parse(): ParsedRegex {
    const root = this.choice();
    if (!this.reader.atEnd) this.reader.fail('unexpected )');
    if (repeatProduct(root) > MAX_REPEAT) this.reader.fail('invalid repeat count');
    return { root, groupNames: this.groupNames };
  }

  private choice(): RegexNode {
    if (++this.depth > MAX_DEPTH) this.reader.fail('expression nests too deeply');
    const options = [this.sequence()];
    while (this.reader.take('|')) options.push(this.sequence());
    this.depth--;
    return options.length === 1 ? options[0]! : { type: 'choice', nodes: options };
  }

  private sequence(): RegexNode {
    const nodes: RegexNode[] = [];
    while (!this.reader.atEnd && this.reader.peek() !== '|' && this.reader.peek() !== ')') {
      const repeatable = nodes.length;
      this.atom(nodes);
      if (nodes.length > repeatable) nodes.push(this.repeated(nodes.pop()!));
    }
    return nodes.length === 1 ? nodes[0]! : nodes.length === 0 ? { type: 'empty' } : { type: 'sequence', nodes };
  }

  /** Reads one atom into `nodes`; flags add none, `\Q…\E` may add many of which the last can be repeated. */
  private atom(nodes: RegexNode[]): void {
    const char = this.reader.next()!;
    switch (char) {
      case '(':
        this.group(nodes);
        return;
      case '[':
        nodes.push({ type: 'chars', set: { ...readClass(this.reader), fold: this.flags.fold } });
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
        this.reader.fail('missing argument to repetition operator');
        return;
      case '\\':
        this.escape(nodes);
        return;
      case '{':
        if (counts(this.reader, -1)) this.reader.fail('missing argument to repetition operator');
    }
    nodes.push(this.literal(char.codePointAt(0)!));
  }

  private repeated(node: RegexNode): RegexNode {
    const bounds = this.quantifier();
    if (!bounds) return node;
    const lazy = this.reader.take('?');
    if (this.quantifier()) this.reader.fail('invalid nested repetition operator');
    return { type: 'repeat', node, ...bounds, greedy: lazy === this.flags.swapGreed };
  }

  private quantifier(): { min: number; max: number } | undefined {
    if (this.reader.take('*')) return { min: 0, max: Infinity };
    if (this.reader.take('+')) return { min: 1, max: Infinity };
    if (this.reader.take('?')) return { min: 0, max: 1 };
    const found = counts(this.reader, 0);
    if (!found) return undefined;
    this.reader.skip(found[0].length);
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === '' ? Infinity : Number(found[3]);
    if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT) || min > max)
      this.reader.fail('invalid repeat count');
    return { min, max };
  }

  private group(nodes: RegexNode[]): void {
    const outer = this.flags;
    let index: number | undefined;
    if (this.reader.take('?')) {
      const name = /^P<(\w+)>/.exec(this.reader.upcoming(200));
      if (name) {
        if (this.usedNames.has(name[1]!)) this.reader.fail('duplicate capture group name');
        this.usedNames.add(name[1]!);
        this.reader.skip(name[0].length);
        index = this.groupNames.push(name[1]);
      } else if (!this.groupFlags()) return;
    } else index = this.groupNames.push(undefined);
    const inner = this.choice();
    if (!this.reader.take(')')) this.reader.fail('missing closing )');
    this.flags = outer;
    nodes.push(index === undefined ? inner : { type: 'group', node: inner, index });
  }

  /** Reads `i`, `-s` and the like. @returns whether a group begins rather than the flags holding for the rest */
  private groupFlags(): boolean {
    const flags: Record<keyof Flags, boolean> = { ...this.flags };
    let value = true;
    let named = false;
    for (;;) {
      const char = this.reader.next();
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
    return this.reader.fail('invalid or unsupported Perl syntax');
  }

  private escape(nodes: RegexNode[]): void {
    const char = this.reader.peek();
    if (char === 'Q') {
      this.reader.skip(1);
      while (!this.reader.atEnd && !(this.reader.peek() === '\\' && this.reader.peek(1) === 'E')) {
        // All but the last are out of reach of a following repetition.
        nodes.push(this.literal(this.reader.next()!.codePointAt(0)!));
      }
      if (!this.reader.atEnd) this.reader.skip(2);
      return;
    }
    const assertion = char === undefined ? undefined : ASSERTIONS[char];
    const perl = readPerlClass(this.reader);
    if (assertion) {
      this.reader.skip(1);
      nodes.push({ type: 'assertion', assertion });
    } else nodes.push(perl ? this.set(perl, false) : this.literal(readEscapedChar(this.reader)));
  }

  private set(ranges: CharSet['ranges'], negated: boolean): RegexNode {
    return { type: 'chars', set: { ranges, negated, fold: this.flags.fold } };
  }

  private literal(value: number): RegexNode {
    return this.set([[value, value]], false);
  }
}

/** `{2}`, `{2,}` or `{2,3}` at the reader's place or so many before it; anything else after a brace is a character. */
function counts(reader: RegexReader, from: number): RegExpExecArray | null {
  if (reader.peek(from) !== '{' || !isDigit(reader.peek(from + 1))) return null;
  reader.skip(from);
  const text = reader.upcoming(30);
  reader.skip(-from);
  if (/^\{\d{9}/.test(text)) reader.fail('invalid repeat count');
  return /^\{(0|[1-9]\d*)(,(0|[1-9]\d*|))?\}/.exec(text);
}

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';

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
