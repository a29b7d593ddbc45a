import type { z } from 'zod';
import type { LatencySummary } from '../common/latency-histogram';
import type { PoolKind } from '../pools/pool';
import type { HistogramCounts } from './load/fine-histogram';
import type { Estimate } from './statistics/interval';

/** One figure of a result against what it should be. */
export interface BenchmarkResult {
  readonly actual: number;
  readonly target: number;
  readonly met: boolean;
}

/** Quantiles that only many requests and a fine histogram have. */
export interface TailLatency {
  readonly p999Ms: number;
  readonly p9999Ms: number;
}

/** What one phase of a scenario measured; what else it has to say goes into `details`. */
export interface PhaseFigures {
  readonly operations: number;
  readonly durationMs: number;
  readonly perSecond: number;
  readonly latency: LatencySummary & Partial<TailLatency>;
  /** All of them, where the scenario keeps them. */
  readonly histogram?: HistogramCounts;
  readonly details: Readonly<Record<string, number | string>>;
}

export interface ScenarioOutcome {
  readonly results: Readonly<Record<string, BenchmarkResult>>;
  readonly phases: Readonly<Record<string, PhaseFigures>>;
  /** Why the figures do not count, such as a load generator that was late itself; absent where they do. */
  readonly invalid?: string;
  /** What follows from the phases, each with its interval where it has one. */
  readonly estimates?: Readonly<Record<string, Estimate | number | null>>;
  /** In words: what was found, and what was not. */
  readonly verdict?: string;
}

export interface ScenarioContext {
  /** Letters and digits, another for each run: what tables and keys of the run are named after. */
  readonly runId: string;
  /** Fires when the run is cancelled, takes too long or the service ends. */
  readonly signal: AbortSignal;
  /** What the run is at, and which share (0 to 1) of that is done. */
  progress(phase: string, ratio: number): void;
}

/** A named experiment; implementations are listed in the module and clean up after themselves, also when aborted. */
export interface BenchmarkScenario<Parameters = unknown> {
  readonly name: string;
  readonly description: string;
  /** Checks the parameters and fills in the defaults. */
  readonly parameters: z.ZodType<Parameters>;
  /** The pools that a run works with: while one of them is not configured, a run is refused before it begins. */
  readonly requires: readonly PoolKind[];
  /**
   * Where no other run may be under way. `process`: in this copy of the service, as for every scenario. `database`: also
   * in every other copy that shares the PostgreSQL database; `requires` has to name `postgres` then.
   */
  readonly exclusive: 'process' | 'database';
  /** What is not to be run although the parameters are right, such as a target that is none. @throws DomainError */
  check?(parameters: Parameters): void;
  run(parameters: Parameters, context: ScenarioContext): Promise<ScenarioOutcome>;
  /** The parameters as they are kept and shown, without secrets; all of them where this is left out. */
  shown?(parameters: Parameters): Readonly<Record<string, unknown>>;
  /** Removes what an earlier process left behind when it was killed in the middle of a run. */
  removeLeftovers?(): Promise<void>;
}

export const BENCHMARK_SCENARIOS = Symbol('BENCHMARK_SCENARIOS');

/** `actual` has to be at least `target`. */
export function atLeast(target: number, actual: number): BenchmarkResult {
  return { actual, target, met: actual >= target };
}
