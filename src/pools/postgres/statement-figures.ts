import type { Clock } from '../../common/clock';
import { LatencyHistogram } from '../../common/latency-histogram';
import { normalisedStatement } from './normalised-statement';

/** What is known of all statements that differ in their values only. */
export interface StatementStats {
  /** Without values: constants and parameters are `?`. */
  readonly text: string;
  readonly calls: number;
  /** Returned or changed, of all calls together. */
  readonly rows: number;
  /** Calls that the server refused, or that had no answer when the connection was lost. */
  readonly errors: number;
  /** From sending until the server was ready for the next one, in ms. */
  readonly totalMs: number;
  readonly meanMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface StatementsStats {
  /** Since when they are counted, in ms since the Unix epoch. */
  readonly sinceMs: number;
  /** How many statements have figures at most; those that ran longest ago make room for others. */
  readonly max: number;
  /** Calls whose figures are gone, since their statements had to make room. */
  readonly forgottenCalls: number;
  /** The one that took most time of all is first. */
  readonly statements: readonly StatementStats[];
}

/** The figures of one statement, as they are counted. */
export class StatementFigure {
  rows = 0;
  errors = 0;
  /** When it ran last, on the clock of `performance.now()`. */
  lastMs = 0;
  readonly durations = new LatencyHistogram();

  constructor(readonly text: string) {}

  stats(): StatementStats {
    const { text, rows, errors, durations } = this;
    const { count: calls, meanMs, p95Ms, p99Ms, maxMs } = durations.summary();
    return { text, calls, rows, errors, totalMs: durations.sumMs, meanMs, p95Ms, p99Ms, maxMs };
  }
}

/** To read a statement costs microseconds, and programs repeat theirs: which figure a text belongs to is kept. */
const MAX_TEXTS = 1_000;
const MAX_TEXT_LENGTH = 4_000;
/** This share makes room at once, so that it is not looked for on every call. */
const EVICTED_SHARE = 0.1;

/** What each statement costs, by its text without values: how often it ran, how long it took, how often it failed. */
export class StatementFigures {
  private readonly byText = new Map<string, StatementFigure>();
  private readonly byNormalisedText = new Map<string, StatementFigure>();
  private readonly sinceMs: number;
  private forgottenCalls = 0;

  constructor(
    private readonly max: number,
    clock: Clock,
  ) {
    this.sinceMs = clock.now();
  }

  /** Counts one call that has ended at `endMs`, on the clock of `performance.now()`. */
  record(text: string, durationMs: number, endMs: number, rows: number, failed: boolean): StatementFigure {
    const figure = this.byText.get(text) ?? this.figureOf(text);
    figure.durations.record(durationMs);
    figure.rows += rows;
    if (failed) figure.errors++;
    figure.lastMs = endMs;
    return figure;
  }

  stats(): StatementsStats {
    const { sinceMs, max, forgottenCalls } = this;
    const statements = [...this.byNormalisedText.values()].map((figure) => figure.stats());
    return { sinceMs, max, forgottenCalls, statements: statements.toSorted((a, b) => b.totalMs - a.totalMs) };
  }

  private figureOf(text: string): StatementFigure {
    const normalised = normalisedStatement(text);
    let figure = this.byNormalisedText.get(normalised);
    if (figure === undefined) {
      if (this.byNormalisedText.size >= this.max) this.makeRoom();
      figure = new StatementFigure(normalised);
      this.byNormalisedText.set(normalised, figure);
    }
    if (text.length <= MAX_TEXT_LENGTH) {
      if (this.byText.size >= MAX_TEXTS) this.byText.clear();
      this.byText.set(text, figure);
    }
    return figure;
  }

  private makeRoom(): void {
    const oldestFirst = [...this.byNormalisedText.values()].toSorted((a, b) => a.lastMs - b.lastMs);
    for (const { text, durations } of oldestFirst.slice(0, Math.ceil(this.max * EVICTED_SHARE))) {
      this.byNormalisedText.delete(text);
      this.forgottenCalls += durations.count;
    }
    this.byText.clear(); // some lead to what is gone
  }
}
