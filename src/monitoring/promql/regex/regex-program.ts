import { charTest, type CharTest } from './char-test';
import type { RegexBudget } from './regex-budget';
import { type Assertion, type CharSet, type ParsedRegex, type RegexNode, RegexSyntaxError } from './regex-nodes';

/** One instruction of a pattern's machine (Thompson's construction); `next` and `other` are positions. */
export type Instruction =
  | { readonly op: 'char'; readonly test: CharTest; next: number }
  | { readonly op: 'split'; next: number; other: number }
  | { readonly op: 'assert'; readonly assertion: Assertion; next: number }
  | { readonly op: 'save'; readonly slot: number; next: number }
  | { readonly op: 'match' };

/** Parts looked at: those of a repetition once for each time, also where they yield no instruction, as in `(?:){1000}`. */
const MAX_PARTS = 100_000;

/** A machine whose work is linear in the text, whatever the pattern: a backtracking one could hang the process. */
export class RegexProgram {
  readonly instructions: Instruction[] = [];
  readonly groupNames: readonly (string | undefined)[];
  /** A set of characters that is repeated has one test for all its places. */
  private readonly tests = new Map<CharSet, CharTest>();
  private parts = 0;

  /** @param budget counts the instructions @throws RegexSyntaxError when they are too many */
  constructor(
    readonly pattern: string,
    { root, groupNames }: ParsedRegex,
    private readonly budget: RegexBudget,
  ) {
    this.groupNames = groupNames;
    this.compile(root);
    this.emit({ op: 'match' });
  }

  private compile(node: RegexNode): void {
    if (++this.parts > MAX_PARTS) throw new RegexSyntaxError(this.pattern, 'expression too large');
    switch (node.type) {
      case 'empty':
        return;
      case 'chars':
        this.emit({ op: 'char', test: this.testOf(node.set), next: this.here + 1 });
        return;
      case 'assertion':
        this.emit({ op: 'assert', assertion: node.assertion, next: this.here + 1 });
        return;
      case 'sequence':
        for (const part of node.nodes) this.compile(part);
        return;
      case 'choice':
        this.choice(node.nodes);
        return;
      case 'group':
        this.emit({ op: 'save', slot: node.index * 2, next: this.here + 1 });
        this.compile(node.node);
        this.emit({ op: 'save', slot: node.index * 2 + 1, next: this.here + 1 });
        return;
      case 'repeat':
        this.repeat(node.node, node.min, node.max, node.greedy);
    }
  }

  private choice(options: readonly RegexNode[]): void {
    const ends: Extract<Instruction, { op: 'split' }>[] = [];
    for (const [index, option] of options.entries()) {
      if (index === options.length - 1) {
        this.compile(option);
        break;
      }
      const split = this.split(true);
      this.compile(option);
      // A jump is a split with both ends at the same place.
      ends.push(this.split(true));
      split.other = this.here;
    }
    for (const end of ends) end.next = end.other = this.here;
  }

  private repeat(node: RegexNode, min: number, max: number, greedy: boolean): void {
    for (let count = 0; count < min; count++) this.compile(node);
    if (max === Infinity) {
      const at = this.here;
      const split = this.split(greedy);
      this.compile(node);
      const back = this.split(true);
      back.next = back.other = at;
      this.leave(split, greedy);
      return;
    }
    const splits = [];
    for (let count = min; count < max; count++) {
      splits.push(this.split(greedy));
      this.compile(node);
    }
    for (const split of splits) this.leave(split, greedy);
  }

  private split(greedy: boolean): Extract<Instruction, { op: 'split' }> {
    const split = { op: 'split' as const, next: 0, other: 0 };
    if (greedy) split.next = this.here + 1;
    else split.other = this.here + 1;
    this.emit(split);
    return split;
  }

  private leave(split: Extract<Instruction, { op: 'split' }>, greedy: boolean): void {
    if (greedy) split.other = this.here;
    else split.next = this.here;
  }

  private testOf(set: CharSet): CharTest {
    let test = this.tests.get(set);
    if (test === undefined) this.tests.set(set, (test = charTest(set)));
    return test;
  }

  private get here(): number {
    return this.instructions.length;
  }

  private emit(instruction: Instruction): void {
    this.budget.instruct(this.pattern);
    this.instructions.push(instruction);
  }
}

const isWord = (char: number | undefined): boolean => char !== undefined && /\w/.test(String.fromCodePoint(char));

/** Whether an assertion holds between two characters; undefined stands for the ends of the text. */
export function holds(assertion: Assertion, before: number | undefined, after: number | undefined): boolean {
  switch (assertion) {
    case 'text-start':
      return before === undefined;
    case 'text-end':
      return after === undefined;
    case 'line-start':
      return before === undefined || before === 10;
    case 'line-end':
      return after === undefined || after === 10;
    case 'word-boundary':
      return isWord(before) !== isWord(after);
    case 'not-word-boundary':
      return isWord(before) === isWord(after);
  }
}
