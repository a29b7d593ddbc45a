import type { Clock } from '../common/clock';
import { DomainError } from '../common/errors/domain-error';
import { BenchmarkAbortedError } from './benchmark.errors';
import type { BenchmarkRun, BenchmarkState } from './benchmark-run';
import type { ScenarioOutcome } from './scenario';

/** What is known of one run, while it runs and afterwards. */
export class RunRecord {
  private readonly abort = new AbortController();
  private readonly startedAtMs: number;
  private readonly startMs: number;
  private endMs: number | undefined;
  private state: BenchmarkState = 'running';
  private progress = { phase: 'starting', ratio: 0 };
  private outcome: ScenarioOutcome | undefined;
  private error: BenchmarkRun['error'];
  /** Settles, without ever rejecting, when the run is over and cleaned up. */
  finished: Promise<void> = Promise.resolve();

  constructor(
    readonly id: string,
    private readonly scenario: string,
    private readonly parameters: BenchmarkRun['parameters'],
    private readonly clock: Clock,
    private readonly instance: string,
  ) {
    this.startedAtMs = clock.now();
    this.startMs = clock.monotonic();
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }
  get isRunning(): boolean {
    return this.state === 'running';
  }

  cancel(reason: BenchmarkAbortedError['reason']): void {
    this.abort.abort(new BenchmarkAbortedError(reason));
  }

  advance(phase: string, ratio: number): void {
    this.progress = { phase, ratio };
  }

  complete(outcome: ScenarioOutcome): void {
    this.outcome = outcome;
    this.advance('completed', 1);
    this.end('completed');
  }

  fail(error: unknown): void {
    const aborted = this.signal.aborted ? (this.signal.reason as BenchmarkAbortedError) : undefined;
    const cause = aborted ?? error;
    this.error =
      cause instanceof DomainError
        ? { code: cause.code, detail: cause.detail ?? 'See the log of the service.' }
        : { code: 'INTERNAL', detail: 'See the log of the service.' };
    this.end(aborted !== undefined && aborted.reason !== 'timeout' ? 'cancelled' : 'failed');
  }

  view(): BenchmarkRun {
    const { id, instance, scenario, parameters, state, startedAtMs, progress, outcome, error } = this;
    const durationMs = (this.endMs ?? this.clock.monotonic()) - this.startMs;
    return { id, instance, scenario, parameters, state, startedAtMs, durationMs, progress, outcome, error };
  }

  private end(state: BenchmarkState): void {
    this.state = state;
    this.endMs = this.clock.monotonic();
  }
}
