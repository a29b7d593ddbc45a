import { PromqlLimitError } from '../promql.errors';

/** Steps one pattern may take beyond those its automaton remembers: about 20 ms. Usual patterns take a few hundred. */
const MAX_WORK = 1_000_000;

/** Counts what a pattern costs, so that one made for it cannot hold the event loop. */
export class RegexWork {
  private done = 0;

  constructor(private readonly pattern: string) {}

  /** @throws PromqlLimitError when the pattern has taken more steps than it may */
  add(steps: number): void {
    this.done += steps;
    if (this.done <= MAX_WORK) return;
    const shown = this.pattern.length > 100 ? `${this.pattern.slice(0, 100)}…` : this.pattern;
    throw new PromqlLimitError(
      'regex_work',
      MAX_WORK,
      `the regular expression takes too many steps (limit regex_work: ${MAX_WORK}): ${shown}`,
    );
  }
}
