import { unquote } from '../../monitoring/promql/syntax/literals';
import { TemplateError } from './template-error';
import { type Token, type TokenKind, TemplateLexer } from './template-lexer';
import type { CommandNode, OperandNode, PipelineNode, TemplateNode } from './template-nodes';

/** What one text holds: its own nodes, and the templates that it defines. */
export interface ParsedTemplate {
  readonly nodes: readonly TemplateNode[];
  readonly defined: ReadonlyMap<string, readonly TemplateNode[]>;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  'if',
  'with',
  'range',
  'template',
  'block',
  'define',
  'else',
  'end',
  'break',
  'continue',
]);
/** Deeper nesting (parentheses, control structures) is refused: it would use up the stack. */
const MAX_NESTING = 200;
const LARGEST_INT = 2n ** 63n;

interface Ended {
  readonly nodes: readonly TemplateNode[];
  readonly by: 'end' | 'else' | 'end of text';
}

/** Parses Go's text/template by recursive descent: unknown functions and undefined variables are errors here already. */
export class TemplateParser {
  private readonly tokens: readonly Token[];
  private readonly defined = new Map<string, readonly TemplateNode[]>();
  private at = 0;
  private variables: string[] = ['$'];
  private loops = 0;
  private nesting = 0;

  private constructor(
    private readonly name: string,
    text: string,
    private readonly isFunction: (name: string) => boolean,
  ) {
    this.tokens = TemplateLexer.tokens(name, text);
  }

  /** @throws TemplateError */
  static parse(name: string, text: string, isFunction: (name: string) => boolean): ParsedTemplate {
    const parser = new TemplateParser(name, text, isFunction);
    const { nodes, by } = parser.list(true);
    if (by !== 'end of text') throw parser.problem(`unexpected {{${by}}}`);
    return { nodes, defined: parser.defined };
  }

  private list(top = false): Ended {
    if (++this.nesting > MAX_NESTING) throw this.problem(`nested more than ${MAX_NESTING} deep`);
    const nodes: TemplateNode[] = [];
    for (;;) {
      const token = this.next();
      if (token.kind === 'end') return this.ended(nodes, 'end of text');
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      this.skipSpace();
      const keyword = this.keyword();
      if (keyword === 'end') {
        this.close('end');
        return this.ended(nodes, 'end');
      }
      if (keyword === 'else') return this.ended(nodes, 'else');
      const node = this.action(keyword, top);
      if (node !== undefined) nodes.push(node);
    }
  }

  private ended(nodes: readonly TemplateNode[], by: Ended['by']): Ended {
    this.nesting--;
    return { nodes, by };
  }

  private keyword(): string | undefined {
    const { kind, text } = this.peek();
    if (kind !== 'identifier' || !KEYWORDS.has(text)) return undefined;
    this.at++;
    return text;
  }

  private action(keyword: string | undefined, top: boolean): TemplateNode | undefined {
    switch (keyword) {
      case 'if':
      case 'with':
      case 'range':
        return this.control(keyword);
      case 'define':
        if (!top) throw this.problem('unexpected {{define}}');
        this.definition();
        return undefined;
      case 'block':
        return this.block();
      case 'template':
        return this.inclusion();
      case 'break':
      case 'continue':
        this.close(keyword);
        if (this.loops === 0) throw this.problem(`{{${keyword}}} outside {{range}}`);
        return { kind: keyword };
      default:
        return { kind: 'action', pipeline: this.pipeline('command', 'close') };
    }
  }

  private control(kind: 'if' | 'with' | 'range'): TemplateNode {
    const scope = this.variables.length;
    const pipeline = this.pipeline(kind, 'close');
    if (kind === 'range') this.loops++;
    const body = this.list();
    if (kind === 'range') this.loops--;
    let otherwise: readonly TemplateNode[] = [];
    if (body.by === 'end of text') throw this.problem('unexpected EOF');
    if (body.by === 'else') otherwise = this.otherwise(kind);
    this.variables.length = scope;
    return { kind, pipeline, body: body.nodes, otherwise };
  }

  private otherwise(kind: 'if' | 'with' | 'range'): readonly TemplateNode[] {
    this.skipSpace();
    const { text } = this.peek();
    if (kind !== 'range' && text === kind) {
      this.at++;
      return [this.control(kind)]; // `else if`: its end is ours, too
    }
    this.close('else');
    const { nodes, by } = this.list();
    if (by !== 'end') throw this.problem(by === 'else' ? 'expected end; found {{else}}' : 'unexpected EOF');
    return nodes;
  }

  private definition(): void {
    const name = this.templateName('define clause');
    this.close('define clause');
    this.define(name, 'define clause');
  }

  private block(): TemplateNode {
    const { line } = this.peek();
    const name = this.templateName('block clause');
    const pipeline = this.pipeline('block clause', 'close');
    this.define(name, 'block clause');
    return { kind: 'template', line, name, pipeline };
  }

  /** The body of a template has variables of its own. */
  private define(name: string, context: string): void {
    const { variables, loops } = this;
    this.variables = ['$'];
    this.loops = 0;
    const { nodes, by } = this.list();
    if (by !== 'end') throw this.problem(by === 'else' ? `unexpected {{else}} in ${context}` : 'unexpected EOF');
    this.variables = variables;
    this.loops = loops;
    // As in Go, an empty definition does not replace one that says something.
    const known = this.defined.get(name);
    if (known !== undefined && !isEmpty(known)) {
      if (isEmpty(nodes)) return;
      throw this.problem(`template: multiple definition of template "${name}"`);
    }
    this.defined.set(name, nodes);
  }

  private inclusion(): TemplateNode {
    const { line } = this.peek();
    const name = this.templateName('template clause');
    this.skipSpace();
    if (this.peek().kind === 'close') {
      this.at++;
      return { kind: 'template', line, name, pipeline: undefined };
    }
    return { kind: 'template', line, name, pipeline: this.pipeline('template clause', 'close') };
  }

  private templateName(context: string): string {
    this.skipSpace();
    const token = this.next();
    if (token.kind !== 'string') throw this.unexpected(token, context);
    return this.unquoted(token.text);
  }

  /** @param until what ends it: the action's end, or a right parenthesis */
  private pipeline(context: string, until: 'close' | ')'): PipelineNode {
    if (++this.nesting > MAX_NESTING) throw this.problem(`nested more than ${MAX_NESTING} deep`);
    this.skipSpace();
    const { line } = this.peek();
    const { variables, assigns } = this.declaration(context);
    const commands: CommandNode[] = [];
    for (;;) {
      this.skipSpace();
      const token = this.peek();
      if (until === 'close' ? token.kind === 'close' : token.text === ')' && token.kind === 'symbol') {
        this.at++;
        break;
      }
      commands.push(this.command(context, until));
    }
    if (commands.length === 0) throw this.problem(`missing value for ${context}`);
    for (const [index, { operands }] of commands.entries()) {
      const [first] = operands;
      if (index > 0 && first !== undefined && ['dot', 'nil', 'constant'].includes(first.kind)) {
        throw this.problem(`non executable command in pipeline stage ${index + 1}`);
      }
    }
    // Only now: what is declared is not seen by the value it gets.
    if (!assigns) this.variables.push(...variables);
    this.nesting--;
    return { line, variables, assigns, commands };
  }

  private declaration(context: string): { variables: string[]; assigns: boolean } {
    const begin = this.at;
    const variables: string[] = [];
    while (this.peek().kind === 'variable') {
      variables.push(this.next().text);
      this.skipSpace();
      const token = this.peek();
      if (token.text === ':=' || token.text === '=') {
        this.at++;
        const assigns = token.text === '=';
        if (assigns) for (const name of variables) this.checkVariable(name);
        if (variables.length > (context === 'range' ? 2 : 1)) {
          throw this.problem(`too many declarations in ${context}`);
        }
        return { variables, assigns };
      }
      if (token.text !== ',' || context !== 'range' || variables.length >= 2) break;
      this.at++;
      this.skipSpace();
    }
    this.at = begin;
    return { variables: [], assigns: false };
  }

  private command(context: string, until: 'close' | ')'): CommandNode {
    const operands: OperandNode[] = [];
    for (;;) {
      this.skipSpace();
      const operand = this.operand();
      if (operand !== undefined) operands.push(operand);
      const token = this.peek();
      if (token.kind === 'space') continue;
      if (token.kind === 'close' || (token.text === ')' && token.kind === 'symbol')) {
        if ((token.kind === 'close') !== (until === 'close')) throw this.unexpected(token, context);
        break;
      }
      if (token.text === '|' && token.kind === 'symbol') {
        this.at++;
        this.skipSpace();
        const after = this.peek();
        const missing = after.kind === 'close' || (after.kind === 'symbol' && after.text !== '(');
        if (missing) throw this.problem(`missing value for ${context}`);
        break;
      }
      throw this.unexpected(token, 'operand');
    }
    if (operands.length === 0) throw this.problem('empty command');
    return { operands };
  }

  private operand(): OperandNode | undefined {
    const begin = this.at;
    const token = this.peek();
    const textFrom = () =>
      this.tokens
        .slice(begin, this.at)
        .map(({ text }) => text)
        .join('');
    switch (token.kind) {
      case 'identifier':
        return this.wordOperand(this.next());
      case 'dot':
        this.at++;
        this.refuseField(token);
        return { kind: 'dot', text: '.' };
      case 'variable': {
        this.at++;
        this.checkVariable(token.text);
        return { kind: 'variable', name: token.text, path: this.path(), text: textFrom() };
      }
      case 'field':
        return { kind: 'field', path: this.path(), text: textFrom() };
      case 'string':
        this.at++;
        return this.constant(this.unquoted(token.text), token);
      case 'character':
        this.at++;
        return this.constant(this.character(token.text), token);
      case 'number':
        this.at++;
        return this.constant(this.numberOf(token.text), token);
      case 'symbol':
        if (token.text !== '(') return undefined;
        this.at++;
        return {
          kind: 'parenthesized',
          pipeline: this.pipeline('parenthesized pipeline', ')'),
          path: this.path(),
          text: textFrom(),
        };
      default:
        return undefined;
    }
  }

  private wordOperand({ text }: Token): OperandNode {
    if (text === 'true' || text === 'false') return this.constant(text === 'true', { text });
    if (text === 'nil') {
      this.refuseField({ text });
      return { kind: 'nil', text };
    }
    if (!this.isFunction(text)) throw this.problem(`function "${text}" not defined`);
    this.refuseField({ text });
    return { kind: 'function', name: text, text };
  }

  private constant(value: string | boolean | bigint | number, { text }: Pick<Token, 'text'>): OperandNode {
    this.refuseField({ text });
    return { kind: 'constant', value, text };
  }

  private refuseField({ text }: Pick<Token, 'text'>): void {
    const next = this.peek();
    if (next.kind === 'field' || next.kind === 'dot') throw this.problem(`unexpected . after term "${text}"`);
  }

  private path(): readonly string[] {
    const path: string[] = [];
    while (this.peek().kind === 'field') path.push(this.next().text.slice(1));
    if (this.peek().kind === 'dot') throw this.unexpected(this.peek(), 'operand');
    return path;
  }

  private unquoted(text: string): string {
    try {
      return unquote(text);
    } catch (error) {
      throw this.problem(`invalid syntax: ${text}`, error);
    }
  }

  private character(text: string): bigint {
    const value = this.unquoted(text);
    if ([...value].length !== 1) throw this.problem(`malformed character constant: ${text}`);
    return BigInt(value.codePointAt(0)!);
  }

  private numberOf(text: string): bigint | number {
    const plain = text.replaceAll('_', '');
    const sign = plain.startsWith('-') ? -1n : 1n;
    const digits = plain.replace(/^[+-]/, '');
    if (!/^0[xX]/.test(digits) && /[.eE]/.test(digits)) return Number(plain);
    if (/^0\d+$/.test(digits) && !/^0[0-7]+$/.test(digits)) throw this.problem(`illegal number syntax: "${text}"`);
    const value = sign * BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
    if (value >= LARGEST_INT || value < -LARGEST_INT) throw this.problem(`integer overflow: "${text}"`);
    return value;
  }

  private checkVariable(name: string): void {
    if (!this.variables.includes(name)) throw this.problem(`undefined variable "${name}"`);
  }

  private close(context: string): void {
    this.skipSpace();
    const token = this.next();
    if (token.kind !== 'close') throw this.unexpected(token, context);
  }

  private skipSpace(): void {
    while (this.peek().kind === 'space') this.at++;
  }

  private peek(): Token {
    return this.tokens[this.at]!;
  }

  private next(): Token {
    const token = this.tokens[this.at]!;
    if (token.kind !== 'end') this.at++;
    return token;
  }

  private unexpected(token: Token, context: string): TemplateError {
    const found = { end: 'EOF' as string, close: '"}}"' }[token.kind as TokenKind & ('end' | 'close')];
    return this.problem(
      `unexpected ${found ?? (token.kind === 'string' ? token.text : `"${token.text}"`)} in ${context}`,
    );
  }

  private problem(reason: string, cause?: unknown): TemplateError {
    return new TemplateError(this.name, this.peek().line, reason, { cause });
  }
}

/** Nothing but white space. */
export function isEmpty(nodes: readonly TemplateNode[]): boolean {
  return nodes.every((node) => node.kind === 'text' && node.text.trim() === '');
}
