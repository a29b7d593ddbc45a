import type { RunEnvironment } from './run-environment';
import type { InterimFigures, ScenarioOutcome } from './scenario';

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
  /** Goes up with every change that is told to those who follow the run. */
  readonly revision: number;
  /** What was measured so far of the phase that is under way. */
  readonly interim: InterimFigures | undefined;
  /** Where it ran; undefined before that is known. */
  readonly environment: RunEnvironment | undefined;
  /** Requests of others to this copy: in the moment before the load, and from then on. */
  readonly neighbours: Neighbours | undefined;
  /** Whether later runs of the scenario are compared with it. */
  readonly baseline: boolean;
  readonly outcome: ScenarioOutcome | undefined;
  readonly error: { readonly code: string; readonly detail: string } | undefined;
}

/** What the others saw who used the service meanwhile. */
export interface Neighbours {
  readonly before: NeighbourFigures;
  readonly during: NeighbourFigures;
}

export interface NeighbourFigures {
  readonly requests: number;
  readonly p99Ms: number;
}
