import { PromqlBadDataError, PromqlExecutionError, PromqlLimitError } from './promql.errors';
import { DEFAULT_PROMQL_OPTIONS, type PromqlOptions } from './promql.options';
import { Evaluator } from './evaluation/evaluator';
import { type Grid, gridOf } from './evaluation/grid';
import { HeldBytes } from './evaluation/held-bytes';
import { sortByLabels } from './evaluation/label-order';
import { LoopTurns } from './evaluation/loop-turns';
import { planFor } from './evaluation/plan';
import { type Queryable, QueryRun } from './evaluation/query-run';
import { QuerySlots } from './evaluation/query-slots';
import { Offsets, selectedRanges } from './evaluation/selector-times';
import { type Column, hasAny, type Value } from './evaluation/value';
import type { Labels } from '../series/labels';
import { type Expr, typeOf } from './syntax/ast';
import { parseExpression } from './syntax/expression-parser';
import { documentedType } from './syntax/type-check';

/** More steps than this in a range query are refused, as Prometheus does. */
const MAX_POINTS = 11_000;

export interface QueryOptions {
  /** How long this query may take in ms, if less than the engine's limit. */
  readonly timeoutMs?: number;
  /** Ends the query when its caller is gone. */
  readonly signal?: AbortSignal;
  /**
   * Answers the first so many series, or as many as the engine's limit allows when that is less (0: that many), and says
   * in a warning that there were more. Without it an answer over the engine's limit fails.
   */
  readonly limit?: number;
  /** Sends the result: until it resolves what the result holds counts as held. It keeps to the run's deadline itself. */
  readonly deliver?: (result: QueryResult) => Promise<void>;
}

export interface QueryResult {
  readonly value: Value;
  readonly grid: Grid;
  /** What its reader should know, such as that it is not whole. */
  readonly warnings: readonly string[];
  /** The run that made the result; longer work on the result, such as writing it, takes its turns from the run. */
  readonly run: QueryRun;
}

/**
 * Answers PromQL as Prometheus 2.42 does, over any source of series. Queries share the event loop in short turns and
 * fail by name over a limit.
 */
export class PromqlEngine {
  private readonly options: PromqlOptions;
  private readonly turns: LoopTurns;
  private readonly slots: QuerySlots;
  private readonly held: HeldBytes;

  constructor(
    private readonly source: Queryable,
    options: Partial<PromqlOptions> = {},
  ) {
    this.options = { ...DEFAULT_PROMQL_OPTIONS, ...options };
    this.turns = new LoopTurns(this.options.sliceMs);
    this.slots = new QuerySlots(this.options.maxConcurrent, this.options.maxWaiting);
    this.held = new HeldBytes(this.options.maxBytesTogether);
  }

  /**
   * The value of a query at one time.
   * @param query its text, or what `parseExpression` made of it, for one that is asked again and again
   * @param timeMs Unix ms
   * @throws PromqlError whose `type` says whether the query is wrong, cannot be answered or takes too long
   */
  async instant(query: string | Expr, timeMs: number, options: QueryOptions = {}): Promise<QueryResult> {
    const expr = typeof query === 'string' ? parseExpression(query) : query;
    return this.evaluate(expr, gridOf(timeMs, timeMs, 1), options, false);
  }

  /** The value of a query at every step from start to end, both included; times in Unix ms, series sorted by labels. */
  async range(
    query: string,
    startMs: number,
    endMs: number,
    stepMs: number,
    options: QueryOptions = {},
  ): Promise<QueryResult> {
    if (endMs < startMs) throw new PromqlBadDataError('end timestamp must not be before start time');
    if (stepMs <= 0) throw new PromqlBadDataError('zero or negative query resolution step widths are not accepted');
    // Whole steps, as Prometheus counts them.
    if (Math.floor((endMs - startMs) / stepMs) > MAX_POINTS) {
      throw new PromqlLimitError(
        'points_per_series',
        MAX_POINTS,
        'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
      );
    }
    const expr = parseExpression(query);
    const type = typeOf(expr);
    if (type !== 'vector' && type !== 'scalar') {
      throw new PromqlBadDataError(
        `invalid expression type "${documentedType(type)}" for range query, must be Scalar or instant Vector`,
      );
    }
    return this.evaluate(expr, gridOf(startMs, endMs, stepMs), options, true);
  }

  /** How many queries run and wait, and what all of them hold, including those whose results are still being sent. */
  get stats(): { readonly running: number; readonly waiting: number; readonly heldBytes: number } {
    return { ...this.slots.stats, heldBytes: this.held.bytes };
  }

  /** A result keeps its place among the samples held, but not its slot: a slow reader does not stop other queries. */
  private async evaluate(expr: Expr, grid: Grid, options: QueryOptions, sorted: boolean): Promise<QueryResult> {
    let begun: QueryRun | undefined;
    try {
      const result = await this.inTurn(options, async (run) => {
        begun = run;
        const warnings: string[] = [];
        const cut = <T>(series: T[]): T[] => cutToLimit(series, options.limit, this.options.maxSeries, warnings);
        return { value: await this.finish(run, await this.valueOf(run, expr, grid), sorted, cut), grid, warnings, run };
      });
      await options.deliver?.(result);
      return result;
    } finally {
      begun?.end();
    }
  }

  /** Runs something that takes long as a query is run: in line, in turns on the event loop, within the limits. */
  async inTurn<T>(
    options: Pick<QueryOptions, 'timeoutMs' | 'signal'>,
    work: (run: QueryRun) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = Math.min(options.timeoutMs ?? Infinity, this.options.timeoutMs);
    const deadlineMs = performance.now() + timeoutMs;
    await this.slots.take(timeoutMs);
    try {
      const run = new QueryRun(
        this.source,
        { ...this.options, timeoutMs },
        {
          turns: this.turns,
          held: this.held,
          deadlineMs,
          signal: options.signal,
        },
      );
      await run.rest();
      return await work(run);
    } catch (error) {
      if (error instanceof RangeError) {
        throw new PromqlExecutionError('query needs more memory or depth than there is', { cause: error });
      }
      throw error;
    } finally {
      this.slots.release();
    }
  }

  private valueOf(run: QueryRun, expr: Expr, grid: Grid): Promise<Value> {
    const planned = planFor(expr, grid.startMs, grid.endMs);
    const offsets = new Offsets();
    offsets.place(grid.startMs, planned);
    const ranges = selectedRanges(planned, grid.startMs, grid.endMs, this.options.lookbackMs);
    return new Evaluator(run, offsets, ranges).evaluate(planned, grid);
  }

  private async finish(run: QueryRun, value: Value, sorted: boolean, cut: <T>(series: T[]) => T[]): Promise<Value> {
    if (value.type === 'matrix') {
      const series = cut(await sortByLabels(run, [...value.series]));
      await this.checkLabels(run, series);
      return { type: 'matrix', series };
    }
    if (value.type !== 'vector') return value;
    const columns: Column[] = [];
    for (const column of value.columns) {
      if (hasAny(column)) columns.push(column);
      if (run.due()) await run.rest();
    }
    const answered = cut(sorted ? await sortByLabels(run, columns) : columns);
    await this.checkLabels(run, answered);
    return { type: 'vector', columns: answered };
  }

  private async checkLabels(run: QueryRun, series: readonly { readonly labels: Labels }[]): Promise<void> {
    const { maxLabelCharacters } = this.options;
    let characters = 0;
    for (const { labels } of series) {
      characters += labels.characters;
      if (characters > maxLabelCharacters) throw tooManyLabels(maxLabelCharacters);
      if (run.due()) await run.rest();
    }
  }
}

/**
 * As many entries as an answer may have, with a warning when there are more.
 * @param limit what was asked for, 0 for no wish; `undefined`: all or nothing
 * @throws PromqlLimitError for more than `allowed` without a limit
 */
export function cutToLimit<T>(entries: T[], limit: number | undefined, allowed: number, warnings: string[]): T[] {
  const most = limit === undefined || limit === 0 ? allowed : Math.min(limit, allowed);
  if (entries.length <= most) return entries;
  if (limit === undefined) {
    throw new PromqlLimitError(
      'series_per_answer',
      allowed,
      `the answer would have ${entries.length} series (limit series_per_answer: ${allowed})`,
    );
  }
  warnings.push(truncation(most, limit));
  return entries.slice(0, most);
}

/** The first words are those of Prometheus. */
export const truncation = (most: number, limit: number): string =>
  `results truncated due to limit: these are the first ${most}` +
  (most === limit ? '' : ` (limit series_per_answer: ${most})`);

/** The error of an answer whose labels have more characters than it may have. */
export const tooManyLabels = (allowed: number): PromqlLimitError =>
  new PromqlLimitError(
    'labels_per_answer',
    allowed,
    `the labels of the answer have more characters than ${allowed} (limit labels_per_answer)`,
  );
