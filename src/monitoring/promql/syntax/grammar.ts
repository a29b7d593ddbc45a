import { parser } from '@prometheus-io/lezer-promql';
import { PromqlLimitError } from '../promql.errors';
import { PromqlParseError } from './parse-error';

const grammar = parser.configure({ strict: true });

/** Longer queries are refused; a dashboard's longest have a few thousand characters. */
export const MAX_QUERY_LENGTH = 65_536;
/** Deeper nesting is refused, because the tree is walked by recursion. */
const MAX_DEPTH = 500;

/** A node of the official grammar's tree: what it is and which part of the query it covers. */
export interface SyntaxNode {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly children: readonly SyntaxNode[];
}

/**
 * Parses a query by the official grammar.
 * @throws PromqlParseError at the first place that does not fit; there is no error recovery
 */
export function parseSyntax(query: string): SyntaxNode {
  if (query.length > MAX_QUERY_LENGTH) {
    throw new PromqlLimitError(
      'query_size',
      MAX_QUERY_LENGTH,
      `query has ${query.length} characters (limit query_size: ${MAX_QUERY_LENGTH})`,
    );
  }
  if (query.trim() === '') throw new PromqlParseError(query, 0, 'no expression found in input');
  const root = new TreeReader(query).read();
  if (root === undefined) throw new PromqlParseError(query, 0, 'no expression found in input');
  return root;
}

/** Copies the grammar's tree into plain nodes and refuses the characters that only the JavaScript grammar takes. */
class TreeReader {
  private readonly cursor;
  private readAsFarAs = 0;

  constructor(private readonly query: string) {
    try {
      this.cursor = grammar.parse(query).cursor();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const position = Number(error.message.slice(error.message.lastIndexOf(' ') + 1)) || 0;
      const unexpected = /^(\w+|.)/s.exec(query.slice(position))?.[0];
      throw new PromqlParseError(query, position, `unexpected ${unexpected ? `"${unexpected}"` : 'end of input'}`);
    }
  }

  read(): SyntaxNode | undefined {
    if (!this.cursor.firstChild()) return undefined;
    let expression: SyntaxNode | undefined;
    do expression = this.node(0) ?? expression;
    while (this.cursor.nextSibling());
    this.checkGap(this.query.length);
    return expression;
  }

  private node(depth: number): SyntaxNode | undefined {
    if (depth > MAX_DEPTH) {
      throw new PromqlLimitError(
        'query_size',
        MAX_DEPTH,
        `query is nested deeper than ${MAX_DEPTH} levels (limit query_size: ${MAX_DEPTH})`,
      );
    }
    const { name, from, to } = this.cursor;
    if (name === 'LineComment') return this.skipComment(from, to);
    const children: SyntaxNode[] = [];
    if (this.cursor.firstChild()) {
      do {
        const child = this.node(depth + 1);
        if (child) children.push(child);
      } while (this.cursor.nextSibling());
      this.cursor.parent();
    } else {
      this.checkGap(from);
      // Empty parentheses and braces are leaves that may hold white space.
      if (!/^[({]/.test(this.query[from]!)) this.readAsFarAs = to;
    }
    return { name, from, to, text: this.query.slice(from, to), children };
  }

  private skipComment(from: number, to: number): undefined {
    this.checkGap(from);
    this.readAsFarAs = to;
    // A carriage return ends a comment in Prometheus but not in this grammar.
    if (/\r(?!\n|$)/.test(this.query.slice(from, to)))
      throw new PromqlParseError(this.query, from, 'a comment must not hold a carriage return');
  }

  /** Between two tokens there may be punctuation and the four white spaces of PromQL, not those of Unicode. */
  private checkGap(to: number): void {
    const gap = this.query.slice(this.readAsFarAs, to);
    const foreign = /[^ \t\n\r()[\]{},:]/.exec(gap);
    if (!foreign) return;
    throw new PromqlParseError(this.query, this.readAsFarAs + foreign.index, `unexpected character: "${foreign[0]}"`);
  }
}
