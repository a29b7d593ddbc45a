import { LatencyHistogram } from '../../common/latency-histogram';
import type { LoopFigures } from '../closed-loop';
import type { PhaseFigures } from '../scenario';
import type { StatementCounter } from './statement-counter';

/** One of the two ways to read, and what was measured of it in all its turns. */
export class ReadPhase {
  /** Reads that had to wait for PostgreSQL. */
  missed = 0;
  /** Queries as PostgreSQL counted them. */
  queries = 0;
  private operations = 0;
  private durationMs = 0;
  private readonly latency = new LatencyHistogram();

  constructor(
    readonly operation: (id: number) => Promise<unknown>,
    /** Reads so far, measured or not, that had to wait for PostgreSQL. */
    readonly misses: () => number,
  ) {}

  add({ operations, durationMs, latency }: LoopFigures, missed: number, queries: number): void {
    this.operations += operations;
    this.durationMs += durationMs;
    this.latency.merge(latency);
    this.missed += missed;
    this.queries += queries;
  }

  figures(countedBy: StatementCounter['source']): PhaseFigures {
    const { operations, durationMs, missed, queries } = this;
    return {
      operations,
      durationMs,
      perSecond: operations / (durationMs / 1_000),
      latency: this.latency.summary(),
      details: { queries, misses: missed, countedBy },
    };
  }
}
