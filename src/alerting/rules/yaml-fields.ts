import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  Scalar,
} from 'yaml';
import type { RuleProblem } from './rule-file';

/** Deeper aliases of aliases are refused. */
const MAX_ALIASES = 100;

/** A place in a YAML text. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** A node of a YAML text, and its fields as Go's decoder reads them: strict about names and kinds, lax about scalars. */
export interface YamlField extends YamlPlace {
  readonly node: Node | null;
}

/**
 * Reads the first document of a YAML text field by field, and collects what is wrong with it, with line and column.
 */
export class YamlFields {
  readonly problems: RuleProblem[] = [];
  private readonly lines = new LineCounter();
  private readonly document: Document | undefined;

  constructor(text: string) {
    const [document] = parseAllDocuments(text, { lineCounter: this.lines, merge: true, prettyErrors: false });
    if (document === undefined || !('errors' in document)) return;
    for (const { message, pos } of document.errors)
      this.problems.push({ ...this.place(pos[0]), message: `yaml: ${message}` });
    this.document = document;
  }

  /** The document's own node; `undefined` when the text says nothing. */
  get root(): YamlField | undefined {
    const node = this.document?.contents;
    if (node === null || node === undefined || this.isNull(node)) return undefined;
    return this.field(node);
  }

  /** The fields of a mapping; names beyond `known` are problems. `undefined` when it is none. */
  mapping(field: YamlField, known: readonly string[] | undefined, type: string): Map<string, YamlField> | undefined {
    const node = this.resolved(field.node);
    if (node === null || this.isNull(node)) return new Map();
    if (!isMap(node)) {
      this.refuse(field, `cannot unmarshal ${tagOf(node)} into ${type}`);
      return undefined;
    }
    const fields = new Map<string, YamlField>();
    for (const { key, value } of node.items) {
      const name = textOfScalar(this.resolved(key as Node));
      const at = this.field(key as Node);
      if (name === undefined) this.refuse(at, `a key of ${type} must be a text`);
      else if (name === '<<') this.merge(fields, value as Node | null, known, type);
      else if (known?.includes(name) === false) this.refuse(at, `field ${name} not found in type ${type}`);
      else fields.set(name, value === null ? { ...at, node: null } : this.field(value as Node));
    }
    return fields;
  }

  /** The entries of a sequence; none where nothing is said. */
  sequence(field: YamlField | undefined, type: string): YamlField[] {
    const node = this.resolved(field?.node ?? null);
    if (field === undefined || node === null || this.isNull(node)) return [];
    if (isSeq(node)) return node.items.map((item) => this.field(item as Node));
    this.refuse(field, `cannot unmarshal ${tagOf(node)} into []${type}`);
    return [];
  }

  /** A scalar of any kind as the text that was written; '' where nothing is said. */
  text(field: YamlField | undefined, type = 'string'): string {
    const node = this.resolved(field?.node ?? null);
    if (field === undefined || node === null || this.isNull(node)) return '';
    const text = textOfScalar(node);
    if (text === undefined) this.refuse(field, `cannot unmarshal ${tagOf(node)} into ${type}`);
    return text ?? '';
  }

  refuse({ line, column }: YamlPlace, message: string): void {
    this.problems.push({ line, column, message });
  }

  private merge(
    fields: Map<string, YamlField>,
    value: Node | null,
    known: readonly string[] | undefined,
    type: string,
  ): void {
    const node = this.resolved(value);
    const merged = node === null ? [] : isSeq(node) ? (node.items as Node[]) : [node];
    for (const part of merged) {
      for (const [name, field] of this.mapping(this.field(part), known, type) ?? []) {
        if (!fields.has(name)) fields.set(name, field);
      }
    }
  }

  private field(node: Node): YamlField {
    return { node, ...this.place(node.range?.[0] ?? 0) };
  }

  private place(offset: number): YamlPlace {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  private resolved(node: Node | null): Node | null {
    let found = node;
    for (let step = 0; isAlias(found); step++) {
      if (step > MAX_ALIASES) return null;
      found = found.resolve(this.document!) ?? null;
    }
    return found;
  }

  private isNull(node: Node): boolean {
    return isScalar(node) && node.value === null;
  }
}

/** Plain scalars as they were written: `017` and `yes` are texts where a text is wanted. */
function textOfScalar(node: Node | null): string | undefined {
  if (!isScalar(node)) return undefined;
  const { type, source, value } = node;
  if (typeof value === 'string') return value;
  return type === Scalar.PLAIN && source !== undefined ? source : String(value);
}

function tagOf(node: Node): string {
  if (isSeq(node)) return '!!seq';
  if (isMap(node)) return '!!map';
  const text = textOfScalar(node) ?? '';
  return `!!str \`${text.length > 10 ? `${text.slice(0, 7)}...` : text}\``;
}
