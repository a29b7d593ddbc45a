import type { ScenarioOutcome } from './scenario';

export type BenchmarkState = 'running' | 'completed' | 'failed' | 'cancelled';

/** One run as of now. */
export interface BenchmarkRun {
  readonly id: string;
  /** The copy of the service that runs it. */
  readonly instance: string;
  readonly scenario: string;
  /** Without secrets. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly state: BenchmarkState;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** What it is at and which share of that is done; 1 at the end. */
  readonly progress: { readonly phase: string; readonly ratio: number };
  readonly outcome: ScenarioOutcome | undefined;
  readonly error: { readonly code: string; readonly detail: string } | undefined;
}
