import { type PoolSlowQuery, poolSlowQueries } from '../pool-channels';
import { messageOf } from '../pools.errors';
import { sqlTokens } from './sql-tokens';
import { normalisedStatement } from './normalised-statement';
import type { StatementFigure } from './statement-figures';

/** A statement that took longer than it should. */
export interface SlowStatement {
  readonly figure: StatementFigure;
  readonly text: string;
  readonly values: unknown;
  /** The comment that was added to it. */
  readonly comment: string;
  readonly durationMs: number;
  readonly rows: number;
  readonly failed: boolean;
}

export interface SlowQueriesOptions {
  readonly pool: string;
  readonly thresholdMs: number;
  /** Between two reports of the same statement. */
  readonly intervalMs: number;
  /** Runs `EXPLAIN` of the text where a connection is free, and gives its lines; undefined: no plans are asked for. */
  readonly explain: ((text: string, values: unknown) => Promise<readonly string[]>) | undefined;
}

/** Between two reports of whatever statements. */
const ANY_INTERVAL_MS = 1_000;

/** Reports statements that are slow on the channel of slow queries: a sample of them, each with its plan. */
export class SlowQueries {
  readonly thresholdMs: number;
  private lastMs = -Infinity;
  private readonly reports = new WeakMap<StatementFigure, { atMs: number; left: number }>();

  constructor(private readonly options: SlowQueriesOptions) {
    this.thresholdMs = options.thresholdMs;
  }

  /** Reports it, or counts it for the next report of the same statement. */
  saw(slow: SlowStatement): void {
    const { figure } = slow;
    const nowMs = figure.lastMs;
    const before = this.reports.get(figure) ?? { atMs: -Infinity, left: 0 };
    const isDue = nowMs - before.atMs >= this.options.intervalMs && nowMs - this.lastMs >= ANY_INTERVAL_MS;
    if (isDue) {
      this.lastMs = nowMs;
      // After the statement has ended for its caller as well, and its connection is free.
      setImmediate(() => void this.report(slow, before.left));
    }
    this.reports.set(figure, isDue ? { atMs: nowMs, left: 0 } : { atMs: before.atMs, left: before.left + 1 });
  }

  private async report({ figure, text, values, comment, ...measured }: SlowStatement, left: number): Promise<void> {
    const { pool } = this.options;
    const plan = await this.plan(text, values);
    const report: PoolSlowQuery = { pool, text: figure.text, comment, ...measured, left, ...plan };
    poolSlowQueries.publish(report);
  }

  private async plan(text: string, values: unknown): Promise<Pick<PoolSlowQuery, 'plan' | 'noPlan'>> {
    const { explain } = this.options;
    if (explain === undefined) return { plan: undefined, noPlan: undefined };
    if (!isExplainable(text)) return { plan: undefined, noPlan: 'EXPLAIN does not take this statement' };
    try {
      const lines = await explain(text, values);
      return { plan: lines.map(withoutValues).join('\n'), noPlan: undefined };
    } catch (error) {
      return { plan: undefined, noPlan: messageOf(error) };
    }
  }
}

const EXPLAINABLE = new Set(['select', 'insert', 'update', 'delete', 'merge', 'values', 'with', 'table']);

/** One statement of a kind that has a plan. A parenthesis at the front could be the options of EXPLAIN. */
export function isExplainable(text: string): boolean {
  const [first, ...others] = sqlTokens(text);
  const semicolon = others.findIndex(({ kind, value }) => kind === 'other' && value === ';');
  return EXPLAINABLE.has(first?.value ?? '') && first!.kind === 'word' && [-1, others.length - 1].includes(semicolon);
}

/** A line of a plan that has conditions has values in them: `Filter: (name = 'x')`. Those with costs have none. */
function withoutValues(line: string): string {
  const colon = line.indexOf(': ');
  if (colon < 0 || line.includes('(cost=')) return line;
  return `${line.slice(0, colon)}: ${normalisedStatement(line.slice(colon + 2))}`;
}
