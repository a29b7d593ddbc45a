import { RegexAutomaton } from './regex-automaton';
import { captures } from './regex-captures';
import { parseRegex } from './regex-parser';
import { RegexProgram } from './regex-program';
import { RegexWork } from './regex-work';

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

  private constructor(pattern: string) {
    this.program = new RegexProgram(pattern, parseRegex(pattern));
    this.automaton = new RegexAutomaton(this.program, new RegexWork(pattern));
    this.plain = PLAIN_ALTERNATIVES.test(pattern) ? new Set(pattern.split('|')) : undefined;
  }

  /** @throws RegexSyntaxError when RE2 refuses the pattern or we cannot promise its meaning */
  static compile(pattern: string): RegexMatcher {
    return new RegexMatcher(pattern);
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
