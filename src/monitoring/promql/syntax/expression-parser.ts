import { Matcher } from '../../series/matcher';
import { PromqlError, PromqlLimitError } from '../promql.errors';
import { RegexBudget } from '../regex/regex-budget';
import type { AggregationOperator, BinaryOperator, Expr, VectorMatching, VectorSelector } from './ast';
import { FUNCTION_SIGNATURES } from './function-signatures';
import { parseSyntax, type SyntaxNode } from './grammar';
import { parseNumber, parsePositiveDuration, unquote } from './literals';
import { asSubquery, atTime, withAt, withOffset, withRange } from './modifiers';
import { type BinaryToken, type ExprToken, OperatorClimber } from './operator-climber';
import { PromqlParseError } from './parse-error';
import { readMatcher } from './label-matcher';
import { checkTypes } from './type-check';

/** More operators and operands than this in one expression are refused. */
const MAX_TOKENS = 2_000;
/** More matchers, arguments or labels in one list are refused: each is looked at once for every series. */
const MAX_LISTED = 64;

/**
 * Parses and type-checks a query of Prometheus 2.42.
 * @throws PromqlParseError with line and column
 */
export function parseExpression(query: string): Expr {
  const expr = new ExpressionParser(query).expression(parseSyntax(query));
  checkTypes(query, expr);
  return expr;
}

/** Parses bare selectors, as `match[]` takes them: together they may cost what one query may. */
export function parseSelectors(queries: readonly string[]): (readonly Matcher[])[] {
  const regexes = new RegexBudget();
  return queries.map((query) => {
    const root = parseSyntax(query);
    if (root.name !== 'VectorSelector') throw new PromqlParseError(query, root.from, 'a metric selector is expected');
    return (new ExpressionParser(query, regexes).expression(root) as VectorSelector).matchers;
  });
}

/** Turns the grammar's tree into our own, with everything refused that Prometheus 2.42 does not take. */
class ExpressionParser {
  constructor(
    private readonly query: string,
    private readonly regexes = new RegexBudget(),
  ) {}

  expression(node: SyntaxNode): Expr {
    const tokens: ExprToken[] = [];
    this.flatten(node, tokens);
    refuseMore(tokens.length, MAX_TOKENS, 'operators and operands in one expression');
    return new OperatorClimber(tokens).climb();
  }

  private flatten(node: SyntaxNode, tokens: ExprToken[]): void {
    const [first, second, third] = node.children;
    switch (node.name) {
      case 'BinaryExpr':
        this.flatten(first!, tokens);
        tokens.push(this.operator(node.children.slice(1, -1)));
        this.flatten(node.children.at(-1)!, tokens);
        return;
      case 'UnaryExpr':
        tokens.push({ type: 'prefix', op: first!.text as '+' | '-', from: node.from });
        this.flatten(second!, tokens);
        return;
      case 'NumberDurationLiteral':
        tokens.push(...this.signedNumber(node));
        return;
      case 'OffsetExpr':
        this.flatten(first!, tokens);
        tokens.push(this.postfix(third!, (expr) => withOffset(expr, this.offset(third!))));
        return;
      case 'StepInvariantExpr':
        this.flatten(first!, tokens);
        tokens.push(this.postfix(third!, (expr) => withAt(expr, this.atModifier(third!))));
        return;
      case 'MatrixSelector':
        this.flatten(first!, tokens);
        tokens.push(this.postfix(second!, (expr) => withRange(expr, this.duration(second!), node.to)));
        return;
      case 'SubqueryExpr':
        this.flatten(first!, tokens);
        tokens.push(
          this.postfix(second!, (expr) =>
            asSubquery(expr, this.duration(second!), third ? this.duration(third) : 0, node.to),
          ),
        );
        return;
      default:
        tokens.push({ type: 'operand', expr: this.operand(node) });
    }
  }

  private operand(node: SyntaxNode): Expr {
    const { from, to } = node;
    switch (node.name) {
      case 'StringLiteral':
        return { kind: 'string', value: this.checked(node, () => unquote(node.text)), from, to };
      case 'ParenExpr':
        return { kind: 'paren', expr: this.expression(node.children[0]!), from, to };
      case 'VectorSelector':
        return this.selector(node);
      case 'FunctionCall':
        return this.call(node);
      case 'AggregateExpr':
        return this.aggregate(node);
      default:
        return this.refuse(node, `unexpected ${node.name}`);
    }
  }

  private operator(parts: readonly SyntaxNode[]): BinaryToken {
    const returnBool = parts.some((part) => part.name === 'BoolModifier');
    const clause = parts.find((part) => part.name === 'MatchingModifierClause');
    return {
      type: 'binary',
      op: parts[0]!.text.toLowerCase() as BinaryOperator,
      returnBool,
      matching: clause ? this.matching(clause) : { card: 'one-to-one', on: false, labels: [], include: [] },
    };
  }

  private matching(clause: SyntaxNode): VectorMatching {
    const [how, labels, group, include] = clause.children;
    const cards = { GroupLeft: 'many-to-one', GroupRight: 'one-to-many' } as const;
    return {
      card: group ? cards[group.name as keyof typeof cards] : 'one-to-one',
      on: how!.name === 'On',
      labels: this.grouping(labels!),
      include: include ? this.grouping(include) : [],
    };
  }

  private selector(node: SyntaxNode): VectorSelector {
    const identifier = node.children.find((child) => child.name === 'Identifier');
    const list = node.children.find((child) => child.name === 'LabelMatchers');
    if (identifier?.text.toLowerCase() === 'atan2') this.refuse(identifier, 'unexpected <op:atan2>');
    refuseMore(list?.children.length ?? 0, MAX_LISTED, 'matchers in one selector');
    const matchers = (list?.children ?? []).map((child) => this.checked(child, () => readMatcher(child, this.regexes)));
    if (identifier) matchers.push(Matcher.equal('__name__', identifier.text));
    const name = identifier?.text ?? '';
    return { kind: 'selector', name, matchers, offsetMs: 0, at: undefined, from: node.from, to: node.to };
  }

  private call(node: SyntaxNode): Expr {
    const [name, body] = node.children;
    const func = FUNCTION_SIGNATURES.get(name!.text);
    if (!func) return this.refuse(name!, `unknown function with name "${name!.text}"`);
    refuseMore(body!.children.length, MAX_LISTED, 'arguments in one call');
    const args = body!.children.map((child) => this.expression(child));
    return { kind: 'call', func, args, from: node.from, to: node.to };
  }

  private aggregate(node: SyntaxNode): Expr {
    const [operator, body, modifier] = ['AggregateOp', 'FunctionCallBody', 'AggregateModifier'].map((name) =>
      node.children.find((child) => child.name === name),
    );
    const op = operator!.text.toLowerCase();
    if (op === 'limitk' || op === 'limit_ratio') this.refuse(operator!, `unknown function with name "${op}"`);
    const args = body!.children.map((child) => this.expression(child));
    const expected = ['topk', 'bottomk', 'quantile', 'count_values'].includes(op) ? 2 : 1;
    if (args.length === 0) this.refuse(node, 'no arguments for aggregate expression provided');
    if (args.length !== expected) {
      const problem = 'wrong number of arguments for aggregate expression provided';
      this.refuse(node, `${problem}, expected ${expected}, got ${args.length}`);
    }
    return {
      kind: 'aggregate',
      op: op as AggregationOperator,
      expr: args.at(-1)!,
      param: expected === 2 ? args[0] : undefined,
      grouping: modifier ? this.grouping(modifier.children[1]!) : [],
      without: modifier?.children[0]!.name === 'Without',
      from: node.from,
      to: node.to,
    };
  }

  private grouping(list: SyntaxNode): string[] {
    refuseMore(list.children.length, MAX_LISTED, 'labels in one list');
    return list.children.map((child) => {
      // These are keywords to the lexer of 2.42 even where a label is expected.
      const reserved = /^(inf|nan|without)$/i.test(child.text);
      if (child.name !== 'LabelName' || reserved) this.refuse(child, `unexpected "${child.text}" in grouping opts`);
      return child.text;
    });
  }

  private signedNumber(node: SyntaxNode): ExprToken[] {
    const [, sign, digits] = /^([+-]?)[ \t\n\r]*(.*)$/s.exec(node.text)!;
    const value = this.checked(node, () => parseNumber(digits!));
    const expr: Expr = { kind: 'number', value, from: node.to - digits!.length, to: node.to };
    const operand = { type: 'operand', expr } as const;
    return sign ? [{ type: 'prefix', op: sign as '+' | '-', from: node.from }, operand] : [operand];
  }

  private atModifier(node: SyntaxNode) {
    if (node.name === 'AtModifierPreprocessors') return node.text.toLowerCase() as 'start' | 'end';
    const [, sign, digits] = /^([+-]?)[ \t\n\r]*(.*)$/s.exec(node.text)!;
    return this.checked(node, () => atTime(parseNumber(digits!) * (sign === '-' ? -1 : 1)));
  }

  private offset(node: SyntaxNode): number {
    const [, minus, digits] = /^(-?)[ \t\n\r]*(.*)$/s.exec(node.text)!;
    return this.checked(node, () => parsePositiveDuration(digits!)) * (minus ? -1 : 1);
  }

  private duration(node: SyntaxNode): number {
    return this.checked(node, () => parsePositiveDuration(node.text));
  }

  private postfix(node: SyntaxNode, apply: (expr: Expr) => Expr): ExprToken {
    return { type: 'postfix', apply: (expr) => this.checked(node, () => apply(expr)) };
  }

  /** Runs what throws plain errors and says where in the query it was; a number must not run into a word. */
  private checked<T>(node: SyntaxNode, read: () => T): T {
    const isNumber = node.name.startsWith('NumberDurationLiteral');
    if (isNumber && /[\w.]/.test(this.query[node.to] ?? '')) this.refuse(node, 'bad number or duration syntax');
    try {
      return read();
    } catch (error) {
      if (error instanceof PromqlError) throw error;
      return this.refuse(node, (error as Error).message);
    }
  }

  private refuse(node: SyntaxNode, problem: string): never {
    throw new PromqlParseError(this.query, node.from, problem);
  }
}

function refuseMore(count: number, allowed: number, what: string): void {
  if (count > allowed)
    throw new PromqlLimitError('query_size', allowed, `query has ${count} ${what} (limit query_size: ${allowed})`);
}
