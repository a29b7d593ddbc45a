import type { Labels } from '../../series/labels';
import type { Matcher } from '../../series/matcher';
import type { SelectedSeries } from '../../series/series-store';
import type { PromqlOptions } from '../promql.options';
import { PromqlCanceledError, PromqlLimitError, PromqlTimeoutError } from '../promql.errors';
import { ColumnSlabs } from './column-slabs';
import type { HeldSamples } from './held-samples';
import type { LoopTurns } from './loop-turns';
import type { Column } from './value';

/** What the engine reads from: the part of the series store that queries need. */
export interface Queryable {
  select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<SelectedSeries>;
}

/** What a query shares with the others, and when it has to end. */
export interface RunConditions {
  readonly turns: LoopTurns;
  readonly held: HeldSamples;
  /** On the scale of `performance.now()`. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

/** One query while it runs: what it has used of its limits, and when it has to let others go on. */
export class QueryRun {
  private samples = 0;
  private readonly slabs = new ColumnSlabs();

  constructor(
    readonly source: Queryable,
    readonly options: PromqlOptions,
    private readonly conditions: RunConditions,
  ) {}

  /**
   * Counts values that were made, or samples that are kept; those a range function only passes by do not count.
   * @throws PromqlLimitError over the limit, PromqlBusyError when all queries together hold too much
   */
  use(samples: number): void {
    this.samples += samples;
    this.conditions.held.take(samples);
    const { maxSamples } = this.options;
    if (this.samples <= maxSamples) return;
    throw new PromqlLimitError(
      'samples_per_query',
      maxSamples,
      `query processing would load too many samples into memory in query execution (limit samples_per_query: ${maxSamples})`,
    );
  }

  /** A column without values yet. A caller that keeps it counts it with `use`; otherwise the caller gives it back. */
  column(labels: Labels, steps: number): Column {
    return this.slabs.take(labels, steps);
  }

  /** The column taken last turned out to be empty. */
  giveBack(column: Column): void {
    this.slabs.giveBack(column);
  }

  /** What is left of the query's time in ms, sending its result included. */
  get remainingMs(): number {
    return Math.max(0, this.conditions.deadlineMs - performance.now());
  }

  /** Nothing of the query is held any longer. */
  end(): void {
    this.conditions.held.give(this.samples);
    this.samples = 0;
  }

  /** Whether it is time to `rest()`. Cheap enough to ask for every series. */
  due(): boolean {
    return this.conditions.turns.over();
  }

  /** Waits for the next turn on the event loop. @throws PromqlTimeoutError or PromqlCanceledError */
  async rest(): Promise<void> {
    await this.conditions.turns.next();
    if (this.conditions.signal?.aborted) throw new PromqlCanceledError();
    if (performance.now() > this.conditions.deadlineMs) {
      throw new PromqlTimeoutError(this.options.timeoutMs, 'expression evaluation');
    }
  }
}
