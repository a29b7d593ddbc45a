/** Whatever yields a value inside `{{ }}`. */
export type OperandNode =
  | { readonly kind: 'dot'; readonly text: string }
  | { readonly kind: 'nil'; readonly text: string }
  | { readonly kind: 'constant'; readonly value: string | boolean | bigint | number; readonly text: string }
  /** `.A.B` */
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly text: string }
  /** `$x.A.B`; `$` is the data the template was given. */
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[]; readonly text: string }
  | { readonly kind: 'function'; readonly name: string; readonly text: string }
  /** `(pipeline).A.B` */
  | {
      readonly kind: 'parenthesized';
      readonly pipeline: PipelineNode;
      readonly path: readonly string[];
      readonly text: string;
    };

/** A function or method with its arguments, or one operand alone. */
export interface CommandNode {
  readonly operands: readonly OperandNode[];
}

export interface PipelineNode {
  readonly line: number;
  readonly variables: readonly string[];
  /** `$x = …` rather than `$x := …`. */
  readonly assigns: boolean;
  readonly commands: readonly CommandNode[];
}

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: PipelineNode }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: PipelineNode;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: 'break' | 'continue' }
  | {
      readonly kind: 'template';
      readonly line: number;
      readonly name: string;
      readonly pipeline: PipelineNode | undefined;
    };
