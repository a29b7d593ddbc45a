/** A set of characters: inclusive ranges of code points, ascending and apart. */
export interface CharSet {
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly negated: boolean;
  /** Whether upper and lower case are the same. */
  readonly fold: boolean;
}

/** A place between two characters. */
export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word-boundary' | 'not-word-boundary';

/** A regular expression of RE2, the syntax Prometheus uses. */
export type RegexNode =
  | { readonly type: 'empty' }
  | { readonly type: 'chars'; readonly set: CharSet }
  | { readonly type: 'assertion'; readonly assertion: Assertion }
  | { readonly type: 'sequence'; readonly nodes: readonly RegexNode[] }
  | { readonly type: 'choice'; readonly nodes: readonly RegexNode[] }
  | {
      readonly type: 'repeat';
      readonly node: RegexNode;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    }
  | { readonly type: 'group'; readonly node: RegexNode; readonly index: number };

export interface ParsedRegex {
  readonly root: RegexNode;
  /** Names of the capture groups, from 1 on; undefined where a group has none. */
  readonly groupNames: readonly (string | undefined)[];
}

/** A pattern that RE2 refuses, or one whose meaning we cannot promise. */
export class RegexSyntaxError extends Error {
  constructor(pattern: string, problem: string) {
    super(`error parsing regexp: ${problem}: \`${shortened(pattern)}\``);
    this.name = 'RegexSyntaxError';
  }
}

const MAX_SHOWN = 200;

/** A pattern as a message shows it. */
export const shortened = (pattern: string): string =>
  pattern.length > MAX_SHOWN ? `${pattern.slice(0, MAX_SHOWN)}…` : pattern;
