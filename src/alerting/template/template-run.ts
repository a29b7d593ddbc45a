import { callFunction, FunctionInterrupt, type TemplateFunction } from './template-functions';
import type { CommandNode, OperandNode, PipelineNode, TemplateNode } from './template-nodes';
import { hasMember, isTrue, memberOf, NO_VALUE, sortedKeys, TemplateMap, textOf, typeName } from './template-values';
import { TemplateError } from './template-error';

/** What one execution may use: templates come from users, and no text for people needs more. */
const LIMITS = { depth: 100, steps: 200_000, characters: 1_048_576 };

/** What the run of a template looks up. */
export interface TemplateScope {
  template(name: string): readonly TemplateNode[] | undefined;
  function(name: string): TemplateFunction | undefined;
  /** What is done to the text of every value that is written; of the template's own text nothing is. */
  readonly escape?: (text: string, value: unknown) => string;
}

type Flow = 'next' | 'break' | 'continue';

/** One execution of a template: the values it sees, and what it has written. */
export class TemplateRun {
  private readonly parts: string[] = [];
  private characters = 0;
  private steps = 0;
  private depth = 0;
  private variables: [name: string, value: unknown][] = [];

  constructor(
    private readonly scope: TemplateScope,
    private templateName: string,
  ) {}

  /** @throws TemplateError */
  execute(nodes: readonly TemplateNode[], data: unknown): string {
    this.variables = [['$', data]];
    this.walk(nodes, data);
    return this.parts.join('');
  }

  private walk(nodes: readonly TemplateNode[], dot: unknown): Flow {
    for (const node of nodes) {
      const flow = this.step(node, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  private step(node: TemplateNode, dot: unknown): Flow {
    switch (node.kind) {
      case 'text':
        this.write(node.text);
        return 'next';
      case 'action': {
        const value = this.pipeline(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) this.print(value);
        return 'next';
      }
      case 'break':
      case 'continue':
        return node.kind;
      case 'template':
        this.include(node, dot);
        return 'next';
      default: {
        const mark = this.variables.length;
        const value = this.pipeline(node.pipeline, dot);
        const flow = node.kind === 'range' ? this.range(node, value, dot, mark) : this.choose(node, value, dot);
        this.variables.length = mark;
        return flow;
      }
    }
  }

  private choose(node: ControlNode, value: unknown, dot: unknown): Flow {
    if (isTrue(value)) return this.walk(node.body, node.kind === 'with' ? value : dot);
    return this.walk(node.otherwise, dot);
  }

  private range(node: ControlNode, value: unknown, dot: unknown, mark: number): Flow {
    const { pipeline } = node;
    const entries = this.entriesOf(value, pipeline.line);
    if (entries.length === 0) return this.walk(node.otherwise, dot);
    for (const [key, element] of entries) {
      this.used(pipeline.line);
      const { variables, assigns } = pipeline;
      const values = variables.length === 2 ? [key, element] : [element];
      if (assigns) for (const [index, name] of variables.entries()) this.assign(name, values[index]);
      else
        this.variables.splice(
          mark,
          Infinity,
          ...variables.map((name, index) => [name, values[index]] as [string, unknown]),
        );
      const inside = this.variables.length;
      const flow = this.walk(node.body, element);
      this.variables.length = inside;
      if (flow === 'break') break;
    }
    return 'next';
  }

  private entriesOf(value: unknown, line: number): (readonly [unknown, unknown])[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value.map((element: unknown, index) => [BigInt(index), element]);
    if (value instanceof Map) return sortedKeys(value).map((key) => [key, value.get(key) as unknown]);
    throw this.problem(line, `range can't iterate over ${textOf(value)}`);
  }

  private include(node: TemplateNode & { kind: 'template' }, dot: unknown): void {
    const nodes = this.scope.template(node.name);
    if (nodes === undefined) throw this.problem(node.line, `template "${node.name}" not defined`);
    if (this.depth >= LIMITS.depth) throw this.problem(node.line, `exceeded maximum template depth (${LIMITS.depth})`);
    const data = node.pipeline === undefined ? undefined : this.pipeline(node.pipeline, dot);
    const { variables, templateName } = this;
    this.variables = [['$', data]];
    this.templateName = node.name;
    this.depth++;
    this.walk(nodes, data);
    this.depth--;
    this.templateName = templateName;
    this.variables = variables;
  }

  private pipeline(node: PipelineNode, dot: unknown): unknown {
    this.used(node.line);
    let value: unknown = NO_VALUE;
    for (const command of node.commands) value = this.command(command, node.line, dot, value);
    for (const name of node.variables) {
      if (node.assigns) this.assign(name, value);
      else this.variables.push([name, value]);
    }
    return value;
  }

  private command({ operands }: CommandNode, line: number, dot: unknown, final: unknown): unknown {
    const first = operands[0]!;
    const rest = operands.slice(1);
    const args = () => {
      const given = rest.map((operand) => this.operand(operand, line, dot));
      return final === NO_VALUE ? given : [...given, final];
    };
    switch (first.kind) {
      case 'function':
        return this.call(first.name, line, rest, dot, final);
      case 'field':
        return this.chain(dot, first.path, first.text, line, args);
      case 'variable':
        return this.chain(this.variable(first.name), first.path, first.text, line, args);
      case 'parenthesized':
        return this.chain(this.pipeline(first.pipeline, dot), first.path, first.text, line, args);
      case 'nil':
        throw this.problem(line, 'nil is not a command', first.text);
      default:
        if (rest.length > 0 || final !== NO_VALUE) {
          throw this.problem(line, `can't give argument to non-function ${first.text}`, first.text);
        }
        return this.operand(first, line, dot);
    }
  }

  private operand(node: OperandNode, line: number, dot: unknown): unknown {
    switch (node.kind) {
      case 'dot':
        return dot;
      case 'nil':
        return undefined;
      case 'constant':
        return node.value;
      default:
        return this.command({ operands: [node] }, line, dot, NO_VALUE);
    }
  }

  private call(name: string, line: number, rest: readonly OperandNode[], dot: unknown, final: unknown): unknown {
    if (name === 'and' || name === 'or') return this.shortCircuit(name, line, rest, dot, final);
    const args = rest.map((operand) => this.operand(operand, line, dot));
    if (final !== NO_VALUE) args.push(final);
    try {
      return callFunction(name, this.scope.function(name)!, args);
    } catch (error) {
      if (error instanceof FunctionInterrupt || error instanceof TemplateError) throw error;
      throw this.problem(line, (error as Error).message, name, error);
    }
  }

  /** The first operand that is false (`and`) or true (`or`), else the last; those behind it are not evaluated. */
  private shortCircuit(
    name: string,
    line: number,
    rest: readonly OperandNode[],
    dot: unknown,
    final: unknown,
  ): unknown {
    const operands = rest.map((operand) => () => this.operand(operand, line, dot));
    if (final !== NO_VALUE) operands.push(() => final);
    if (operands.length === 0)
      throw this.problem(line, `wrong number of args for ${name}: want at least 1 got 0`, name);
    let value: unknown;
    for (const evaluate of operands) {
      value = evaluate();
      if (isTrue(value) === (name === 'or')) break;
    }
    return value;
  }

  /** Fields one after another; the last may be a method, which gets the arguments. */
  private chain(
    receiver: unknown,
    path: readonly string[],
    text: string,
    line: number,
    args: () => readonly unknown[],
  ): unknown {
    const given = args();
    if (path.length === 0) {
      if (given.length > 0) throw this.problem(line, `can't give argument to non-function ${text}`, text);
      return receiver;
    }
    let value = receiver;
    for (const [index, name] of path.entries()) {
      value = this.field(value, name, text, line, index === path.length - 1 ? given : []);
    }
    return value;
  }

  private field(receiver: unknown, name: string, text: string, line: number, args: readonly unknown[]): unknown {
    if (receiver === undefined || receiver === null) {
      throw this.problem(line, `nil data; no entry for key "${name}"`, text);
    }
    if (typeof receiver === 'object') {
      const member = memberOf(receiver, name);
      if (typeof member === 'function') return this.method(receiver, name, member as Method, text, line, args);
      const known = member !== undefined || (!(receiver instanceof Map) && hasMember(receiver, name));
      if (known || receiver instanceof Map) {
        if (args.length > 0) throw this.problem(line, `${name} has arguments but cannot be invoked as function`, text);
        if (known) return member;
        return (receiver as Map<string, unknown>).has(name)
          ? (receiver as Map<string, unknown>).get(name)
          : (receiver as Partial<TemplateMap>).zero;
      }
    }
    throw this.problem(line, `can't evaluate field ${name} in type ${typeName(receiver)}`, text);
  }

  private method(
    receiver: object,
    name: string,
    method: Method,
    text: string,
    line: number,
    args: readonly unknown[],
  ): unknown {
    if (args.length !== method.length) {
      throw this.problem(line, `wrong number of args for ${name}: want ${method.length} got ${args.length}`, text);
    }
    try {
      return method.apply(receiver, [...args]);
    } catch (error) {
      throw this.problem(line, `error calling ${name}: ${(error as Error).message}`, text, error);
    }
  }

  private variable(name: string): unknown {
    return this.variables.findLast(([known]) => known === name)![1];
  }

  private assign(name: string, value: unknown): void {
    this.variables.findLast(([known]) => known === name)![1] = value;
  }

  private print(value: unknown): void {
    const text = value === undefined || value === null ? '<no value>' : textOf(value);
    this.write(this.scope.escape?.(text, value) ?? text);
  }

  private write(text: string): void {
    this.characters += text.length;
    if (this.characters > LIMITS.characters)
      throw this.problem(0, `the text is longer than ${LIMITS.characters} characters`);
    this.parts.push(text);
  }

  private used(line: number): void {
    if (++this.steps > LIMITS.steps) throw this.problem(line, `the template takes more than ${LIMITS.steps} steps`);
  }

  private problem(line: number, reason: string, at?: string, cause?: unknown): TemplateError {
    const where = at === undefined ? '' : ` at <${at}>`;
    return new TemplateError(this.templateName, line, `executing "${this.templateName}"${where}: ${reason}`, { cause });
  }
}

type ControlNode = TemplateNode & { kind: 'if' | 'with' | 'range' };
type Method = (...args: unknown[]) => unknown;
