import { BUILTIN_FUNCTIONS } from './builtin-functions';
import type { TemplateFunction, TemplateFunctions } from './template-functions';
import type { TemplateNode } from './template-nodes';
import { isEmpty, TemplateParser } from './template-parser';
import { TemplateRun } from './template-run';

export interface TemplateSetOptions {
  /** What is done to the text of every value that is written, such as `escapeHtml`; of the template's text nothing is. */
  readonly escape?: (text: string, value: unknown) => string;
}

/** A text that was parsed: expanded as often as there is data for it. */
export interface ExpandableTemplate {
  /** @throws TemplateError, and a FunctionInterrupt that one of the functions threw */
  expand(data: unknown): string;
}

/**
 * Templates of Go's text/template with the functions of their user. What `add` parses defines templates by name that
 * all later texts can include; what `parse` defines is seen by that text alone. Execution is bounded in depth, steps
 * and length, and reaches only what data and functions offer.
 */
export class TemplateSet {
  private readonly templates = new Map<string, readonly TemplateNode[]>();

  constructor(
    private readonly functions: TemplateFunctions = new Map(),
    private readonly options: TemplateSetOptions = {},
  ) {}

  /** Adds the templates that a text defines, such as a file's; later ones replace earlier ones. @throws TemplateError */
  add(name: string, text: string): void {
    const { nodes, defined } = TemplateParser.parse(name, text, this.isFunction);
    for (const [defines, body] of [...defined, [name, nodes] as const]) {
      if (!isEmpty(body) || !this.templates.has(defines)) this.templates.set(defines, body);
    }
  }

  has(name: string): boolean {
    return this.templates.has(name);
  }

  /** @throws TemplateError */
  parse(name: string, text: string): ExpandableTemplate {
    const { nodes, defined } = TemplateParser.parse(name, text, this.isFunction);
    const scope = {
      ...this.options,
      template: (wanted: string) =>
        (wanted === name ? nodes : undefined) ?? defined.get(wanted) ?? this.templates.get(wanted),
      function: (wanted: string) => this.function(wanted),
    };
    return { expand: (data) => new TemplateRun(scope, name).execute(nodes, data) };
  }

  /** Parses and executes a text at once. @throws TemplateError */
  expand(name: string, text: string, data: unknown): string {
    return this.parse(name, text).expand(data);
  }

  private readonly isFunction = (name: string): boolean =>
    name === 'and' || name === 'or' || this.function(name) !== undefined;

  private function(name: string): TemplateFunction | undefined {
    return this.functions.get(name) ?? BUILTIN_FUNCTIONS.get(name);
  }
}
