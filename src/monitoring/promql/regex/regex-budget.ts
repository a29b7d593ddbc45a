import { PromqlLimitError } from '../promql.errors';
import { RegexSyntaxError, shortened } from './regex-nodes';

/** Steps beyond those the automata remember: about 20 ms. Usual patterns take a few hundred. */
const MAX_STEPS = 1_000_000;
/** Bounds the memory of patterns whose repetitions are written out (`a{1000}`); RE2 has a bound of its own kind. */
const MAX_INSTRUCTIONS = 20_000;

/**
 * Counts what the regular expressions of one query cost together, so that none made for it can hold the event loop or
 * fill the memory.
 */
export class RegexBudget {
  private steps = 0;
  private instructions = 0;

  /** @throws PromqlLimitError when more steps are taken than may be */
  step(pattern: string, steps: number): void {
    this.steps += steps;
    if (this.steps <= MAX_STEPS) return;
    throw new PromqlLimitError(
      'regex_work',
      MAX_STEPS,
      `the regular expressions take too many steps (limit regex_work: ${MAX_STEPS}): ${shortened(pattern)}`,
    );
  }

  /** @throws RegexSyntaxError when the patterns are too large */
  instruct(pattern: string): void {
    if (this.instructions >= MAX_INSTRUCTIONS) throw new RegexSyntaxError(pattern, 'expression too large');
    this.instructions++;
  }
}
