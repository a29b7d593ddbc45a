import type { Labels } from '../../series/labels';
import type { Matcher } from '../../series/matcher';
import type { SelectedSeries } from '../../series/series-store';
import type { PromqlOptions } from '../promql.options';
import { PromqlCanceledError, PromqlLimitError, PromqlTimeoutError } from '../promql.errors';
import { ColumnSlabs } from './column-slabs';
import type { HeldBytes } from './held-bytes';
import type { LoopTurns } from './loop-turns';
import type { Column, Value } from './value';
import { bytesOf, columnBytes } from './value-bytes';

/** What the engine reads from: the part of the series store that queries need. */
export interface Queryable {
  select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<SelectedSeries>;
}

/** What a query shares with the others, and when it has to end. */
export interface RunConditions {
  readonly turns: LoopTurns;
  readonly held: HeldBytes;
  /** On the scale of `performance.now()`. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

/** One query while it runs: what it has used of its limits, and when it has to let others go on. */
export class QueryRun {
  private samples = 0;
  private held = 0;
  private readonly slabs = new ColumnSlabs();

  constructor(
    readonly source: Queryable,
    readonly options: PromqlOptions,
    private readonly conditions: RunConditions,
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

  /**
   * Counts memory that the query takes from now on.
   * @throws PromqlLimitError over the limit, PromqlBusyError when all queries together hold too much
   */
  hold(bytes: number): void {
    this.held += bytes;
    this.conditions.held.take(bytes);
    const { maxBytes } = this.options;
    if (this.held <= maxBytes) return;
    throw new PromqlLimitError(
      'bytes_per_query',
      maxBytes,
      `the query would hold too much in memory at once (limit bytes_per_query: ${maxBytes})`,
    );
  }

  /** Evaluates a part of the query: of all that is held for it, its value remains. */
  async part(evaluate: () => Promise<Value>): Promise<Value> {
    const before = this.held;
    const value = await evaluate();
    this.release(this.held - before);
    this.hold(bytesOf(value));
    return value;
  }

  /** A column without values yet. A caller that keeps it counts it with `use`; otherwise the caller gives it back. */
  column(labels: Labels, steps: number): Column {
    this.hold(columnBytes(steps));
    return this.slabs.take(labels, steps);
  }

  /** The column taken last turned out to be empty. */
  giveBack(column: Column): void {
    this.release(columnBytes(column.values.length));
    this.slabs.giveBack(column);
  }

  /** What is left of the query's time in ms, sending its result included. */
  get remainingMs(): number {
    return Math.max(0, this.conditions.deadlineMs - performance.now());
  }

  /** Nothing of the query is held any longer. */
  end(): void {
    this.release(this.held);
  }

  private release(bytes: number): void {
    this.held -= bytes;
    this.conditions.held.give(bytes);
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
