import type { z } from 'zod';
import type { LatencySummary } from '../common/latency-histogram';
import type { PoolKind } from '../pools/pool';

/** One figure of a result against what it should be. */
export interface BenchmarkResult {
  readonly actual: number;
  readonly target: number;
  readonly met: boolean;
}

/** What one phase of a scenario measured; what else it has to say goes into `details`. */
export interface PhaseFigures {
  readonly operations: number;
  readonly durationMs: number;
  readonly perSecond: number;
  readonly latency: LatencySummary;
  readonly details: Readonly<Record<string, number | string>>;
}

export interface ScenarioOutcome {
  readonly results: Readonly<Record<string, BenchmarkResult>>;
  readonly phases: Readonly<Record<string, PhaseFigures>>;
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
  run(parameters: Parameters, context: ScenarioContext): Promise<ScenarioOutcome>;
  /** Removes what an earlier process left behind when it was killed in the middle of a run. */
  removeLeftovers?(): Promise<void>;
}

export const BENCHMARK_SCENARIOS = Symbol('BENCHMARK_SCENARIOS');

/** `actual` has to be at least `target`. */
export function atLeast(target: number, actual: number): BenchmarkResult {
  return { actual, target, met: actual >= target };
}
