import { type Grid, gridOf, timeAt } from '../../../monitoring/promql/evaluation/grid';
import { type Column, fullColumn } from '../../../monitoring/promql/evaluation/value';
import { PromqlBadDataError } from '../../../monitoring/promql/promql.errors';
import type { PromqlEngine } from '../../../monitoring/promql/promql-engine';
import { Labels } from '../../../monitoring/series/labels';
import type { RuleSample } from '../rule-sample';

/** Steps of one range query: so that what it holds stays small, and the engine takes it. */
const MOST_STEPS = 2_000;

/** The values of an expression at some of the steps, or why it has none there. */
export class RangePart {
  private readonly some: Uint8Array;

  constructor(
    readonly grid: Grid,
    private readonly columns: readonly Column[],
    private readonly failure?: Error,
  ) {
    this.some = new Uint8Array(grid.steps).fill(failure === undefined ? 0 : 1);
    for (const { present } of columns) for (let step = 0; step < grid.steps; step++) this.some[step]! |= present[step]!;
  }

  /** The first step from there on with a value or an error; the number of steps where there is none. */
  nextStep(from: number): number {
    const step = this.some.indexOf(1, from);
    return step < 0 ? this.grid.steps : step;
  }

  /** @throws what the evaluation failed with */
  at(step: number): RuleSample[] {
    if (this.failure !== undefined) throw this.failure;
    const samples: RuleSample[] = [];
    for (const { labels, values, present } of this.columns) {
      if (present[step] === 1) samples.push({ labels, value: values[step]! });
    }
    return samples;
  }
}

/** Evaluates an expression at every step of a grid by range queries. An error is found at the steps that have it. */
export async function* rangeParts(
  engine: PromqlEngine,
  expr: string,
  grid: Grid,
  signal: AbortSignal,
): AsyncGenerator<RangePart> {
  for (let first = 0; first < grid.steps; first += MOST_STEPS) {
    yield* part(engine, expr, slice(grid, first, Math.min(MOST_STEPS, grid.steps - first)), signal);
  }
}

async function* part(engine: PromqlEngine, expr: string, grid: Grid, signal: AbortSignal): AsyncGenerator<RangePart> {
  try {
    const { value } = await engine.range(expr, grid.startMs, grid.endMs, grid.stepMs, { signal });
    yield new RangePart(grid, value.type === 'scalar' ? [fullColumn(Labels.EMPTY, value.values)] : columnsOf(value));
  } catch (error) {
    signal.throwIfAborted();
    // What is no query is none at any time.
    if (grid.steps === 1 || error instanceof PromqlBadDataError) return yield new RangePart(grid, [], error as Error);
    const half = grid.steps >> 1;
    yield* part(engine, expr, slice(grid, 0, half), signal);
    yield* part(engine, expr, slice(grid, half, grid.steps - half), signal);
  }
}

const columnsOf = (value: { readonly type: string; readonly columns?: readonly Column[] }) => value.columns ?? [];

function slice(grid: Grid, first: number, steps: number): Grid {
  const startMs = timeAt(grid, first);
  return gridOf(startMs, startMs + (steps - 1) * grid.stepMs, grid.stepMs);
}
