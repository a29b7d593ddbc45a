import { DiscoveryService } from '@nestjs/core';
import type { z } from 'zod';
import type { LatencySummary } from '../common/latency-histogram';
import type { PoolKind } from '../pools/pool';
import type { FineLatencySummary, HistogramCounts } from './load/fine-histogram';
import type { Estimate } from './statistics/interval';

/** One figure of a result against what it should be. */
export interface BenchmarkResult {
  readonly actual: number;
  readonly target: number;
  readonly met: boolean;
}

/** A part of a phase's time: what two runs are compared by, since their scatter gives the interval. */
export interface PhaseSlice {
  readonly meanMs: number;
  readonly p99Ms: number;
}

/** What one phase of a scenario measured; what else it has to say goes into `details`. */
export interface PhaseFigures {
  readonly operations: number;
  readonly durationMs: number;
  readonly perSecond: number;
  readonly latency: LatencySummary & Partial<FineLatencySummary>;
  /** All of them, where the scenario keeps them. */
  readonly histogram?: HistogramCounts;
  /** The measured time in slices, in order, where the scenario keeps them. */
  readonly slices?: readonly PhaseSlice[];
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

/** What was measured of a phase that is under way. */
export interface InterimFigures {
  readonly operations: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of failed operations, 0 to 1. */
  readonly errorShare: number;
}

export interface ScenarioContext {
  /** Letters and digits, another for each run: what tables and keys of the run are named after. */
  readonly runId: string;
  /** Fires when the run is cancelled, takes too long or the service ends. */
  readonly signal: AbortSignal;
  /** What the run is at, which share (0 to 1) of that is done, and what was measured of it so far. */
  progress(phase: string, ratio: number, interim?: InterimFigures): void;
  /**
   * Does `operation(0)`, `operation(1)` … with so many callers for so long, on this thread, and answers its latencies,
   * throughput and cost; one that rejects counts as failed. @throws the reason of the signal
   */
  measure(phase: string, operation: (n: number) => Promise<unknown>, options: MeasureOptions): Promise<PhaseFigures>;
}

export interface MeasureOptions {
  /** Operations under way at any time. Default 1. */
  readonly callers?: number;
  readonly durationMs: number;
  /** Done before, and not counted. Default 0. */
  readonly warmUpMs?: number;
}

/**
 * A named experiment: `@BenchmarkScenario() class … implements BenchmarkScenario<Parameters>`, and a provider of any module.
 * It cleans up after itself, also when its signal fires.
 */
export interface BenchmarkScenario<Parameters = unknown> {
  /** Small letters, digits and hyphens, 63 at most. */
  readonly name: string;
  readonly description: string;
  /** Checks the parameters and fills in the defaults. */
  readonly parameters: z.ZodType<Parameters>;
  /** The pools that a run works with: while one of them is not configured, a run is refused before it begins. */
  readonly requires: readonly PoolKind[];
  /** What is not to be run although the parameters are right, such as a target that is none. @throws DomainError */
  check?(parameters: Parameters): void;
  run(parameters: Parameters, context: ScenarioContext): Promise<ScenarioOutcome>;
  /** The parameters as they are kept and shown, without secrets; all of them where this is left out. */
  shown?(parameters: Parameters): Readonly<Record<string, unknown>>;
  /** Removes what an earlier process left behind when it was killed in the middle of a run. */
  removeLeftovers?(): Promise<void>;
}

/** Makes a provider a scenario of `POST /performance/benchmark`; it implements the interface of the same name. */
export const BenchmarkScenario = DiscoveryService.createDecorator();

/** `actual` has to be at least `target`. */
export function atLeast(target: number, actual: number): BenchmarkResult {
  return { actual, target, met: actual >= target };
}
