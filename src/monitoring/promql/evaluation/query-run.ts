import type { Matcher } from '../../series/matcher';
import type { SelectedSeries } from '../../series/series-store';
import type { PromqlOptions } from '../promql.options';
import { PromqlCanceledError, PromqlLimitError, PromqlTimeoutError } from '../promql.errors';
import type { LoopTurns } from './loop-turns';

/** What the engine reads from: the part of the series store that queries need. */
export interface Queryable {
  select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<SelectedSeries>;
}

/** One query while it runs: what it has used of its limits, and when it has to let others go on. */
export class QueryRun {
  private samples = 0;

  constructor(
    readonly source: Queryable,
    readonly options: PromqlOptions,
    private readonly turns: LoopTurns,
    /** On the scale of `performance.now()`. */
    private readonly deadlineMs: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Counts values that were made, or samples that are kept; those a range function only passes by do not count.
   * @throws PromqlLimitError over the limit
   */
  use(samples: number): void {
    this.samples += samples;
    const { maxSamples } = this.options;
    if (this.samples <= maxSamples) return;
    throw new PromqlLimitError(
      'samples_per_query',
      maxSamples,
      `query processing would load too many samples into memory in query execution (limit samples_per_query: ${maxSamples})`,
    );
  }

  get used(): number {
    return this.samples;
  }

  /** Whether it is time to `rest()`. Cheap enough to ask for every series. */
  due(): boolean {
    return this.turns.over();
  }

  /** Waits for the next turn on the event loop. @throws PromqlTimeoutError or PromqlCanceledError */
  async rest(): Promise<void> {
    await this.turns.next();
    if (this.signal?.aborted) throw new PromqlCanceledError();
    if (performance.now() > this.deadlineMs) {
      throw new PromqlTimeoutError(this.options.timeoutMs, 'expression evaluation');
    }
  }
}
