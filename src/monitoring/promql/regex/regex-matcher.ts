import { RegexAutomaton } from './regex-automaton';
import { captures } from './regex-captures';
import { RegexBudget } from './regex-budget';
import { parseRegex } from './regex-parser';
import { RegexProgram } from './regex-program';

/** Longer alternatives of plain texts are still one look-up. */
const PLAIN_ALTERNATIVES = /^[\w :/@#%&=,;<>~"'!-]*(\|[\w :/@#%&=,;<>~"'!-]*)*$/;

/**
 * A regular expression of RE2, always matched against the whole text, as Prometheus does. Matching takes time linear
 * in the text whatever the pattern, so a query cannot hang the process with one.
 */
export class RegexMatcher {
  private readonly program: RegexProgram;
  private readonly plain: ReadonlySet<string> | undefined;
  private readonly automaton: RegexAutomaton;

  private constructor(pattern: string, budget: RegexBudget) {
    this.program = new RegexProgram(pattern, parseRegex(pattern), budget);
    this.automaton = new RegexAutomaton(this.program, budget);
    this.plain = PLAIN_ALTERNATIVES.test(pattern) ? new Set(pattern.split('|')) : undefined;
  }

  /**
   * @param budget what this pattern and the others of its query may cost together
   * @throws RegexSyntaxError when RE2 refuses the pattern, it is too large or we cannot promise its meaning
   */
  static compile(pattern: string, budget = new RegexBudget()): RegexMatcher {
    return new RegexMatcher(pattern, budget);
  }

  test(text: string): boolean {
    return this.plain ? this.plain.has(text) : this.automaton.matches(text);
  }

  /** The text of each capture group, from 1 on; undefined when the text does not match. */
  captures(text: string): (string | undefined)[] | undefined {
    return captures(this.program, text);
  }

  get groupNames(): readonly (string | undefined)[] {
    return this.program.groupNames;
  }
}
