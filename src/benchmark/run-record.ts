import { EventEmitter } from 'node:events';
import type { Clock } from '../common/clock';
import { DomainError } from '../common/errors/domain-error';
import { type AbortReason, BenchmarkAbortedError } from './benchmark.errors';
import type { BenchmarkRun, BenchmarkState, NeighbourFigures, Neighbours } from './benchmark-run';
import type { RunEnvironment } from './run-environment';
import type { InterimFigures, ScenarioOutcome } from './scenario';

/** Progress is told at most so often (ms), but for a new phase. */
const TELL_EVERY_MS = 250;
/** Of a run of five minutes it keeps the last two and a half. */
const MAX_EVENTS = 600;

/** What is told of a run to those who follow it. */
export interface RunEvent {
  /** Goes up; who has seen one gets those above it. */
  readonly revision: number;
  readonly state: BenchmarkState;
  readonly progress: BenchmarkRun['progress'];
  readonly interim?: InterimFigures | undefined;
}

const NOBODY: NeighbourFigures = { requests: 0, p99Ms: 0 };

/** What is known of one run, while it runs and afterwards. */
export class RunRecord {
  private readonly abort = new AbortController();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly events: RunEvent[] = [];
  private readonly startedAtMs: number;
  private readonly startMs: number;
  private endMs: number | undefined;
  private toldMs = Number.NEGATIVE_INFINITY;
  private revision = 0;
  private state: BenchmarkState = 'running';
  private progress = { phase: 'starting', ratio: 0 };
  private interim: InterimFigures | undefined;
  private outcome: ScenarioOutcome | undefined;
  private error: BenchmarkRun['error'];
  private neighbours: Neighbours | undefined;
  environment: RunEnvironment | undefined;
  baseline = false;
  /** Settles, without ever rejecting, when the run is over and cleaned up. */
  finished: Promise<void> = Promise.resolve();

  constructor(
    readonly id: string,
    readonly scenario: string,
    private readonly parameters: BenchmarkRun['parameters'],
    private readonly clock: Clock,
    private readonly instance: string,
  ) {
    this.startedAtMs = clock.now();
    this.startMs = clock.monotonic();
    this.tell();
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }
  get isRunning(): boolean {
    return this.state === 'running';
  }

  cancel(reason: AbortReason, why?: string): void {
    this.abort.abort(new BenchmarkAbortedError(reason, why));
  }

  advance(phase: string, ratio: number, interim?: InterimFigures): void {
    const isNew = phase !== this.progress.phase;
    this.progress = { phase, ratio };
    this.interim = interim;
    if (isNew || this.clock.monotonic() - this.toldMs >= TELL_EVERY_MS) this.tell();
  }

  /** What others saw before the load, or during it. */
  observed(when: keyof Neighbours, figures: NeighbourFigures): void {
    this.neighbours = { before: NOBODY, during: NOBODY, ...this.neighbours, [when]: figures };
  }

  complete(outcome: ScenarioOutcome): void {
    this.outcome = outcome;
    this.progress = { phase: 'completed', ratio: 1 };
    this.end('completed');
  }

  fail(error: unknown): void {
    const aborted = this.signal.aborted ? (this.signal.reason as BenchmarkAbortedError) : undefined;
    const cause = aborted ?? error;
    this.error =
      cause instanceof DomainError
        ? { code: cause.code, detail: cause.detail ?? 'See the log of the service.' }
        : { code: 'INTERNAL', detail: 'See the log of the service.' };
    this.end(aborted !== undefined && ['cancelled', 'shutdown'].includes(aborted.reason) ? 'cancelled' : 'failed');
  }

  view(): BenchmarkRun {
    const { id, instance, scenario, parameters, state, startedAtMs, progress, revision, interim } = this;
    const { environment, neighbours, baseline, outcome, error } = this;
    const durationMs = (this.endMs ?? this.clock.monotonic()) - this.startMs;
    const figures = { progress, revision, interim, environment, neighbours, baseline, outcome, error };
    return { id, instance, scenario, parameters, state, startedAtMs, durationMs, ...figures };
  }

  /** What was told above `revision`, and then what is told, until the run is over or `signal` fires. */
  async *follow(revision: number, signal: AbortSignal): AsyncGenerator<RunEvent> {
    let seen = revision;
    for (;;) {
      for (const event of this.events.filter((one) => one.revision > seen)) {
        seen = event.revision;
        yield event;
      }
      if (signal.aborted || (!this.isRunning && seen >= this.revision)) return;
      if (seen >= this.revision) await this.change(signal);
    }
  }

  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.changes.off('change', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.changes.once('change', done);
      signal.addEventListener('abort', done);
    });
  }

  private end(state: BenchmarkState): void {
    this.state = state;
    this.interim = undefined;
    this.endMs = this.clock.monotonic();
    this.tell();
  }

  private tell(): void {
    const { state, progress, interim } = this;
    this.toldMs = this.clock.monotonic();
    this.events.push({ revision: ++this.revision, state, progress, interim });
    if (this.events.length > MAX_EVENTS) this.events.shift();
    this.changes.emit('change');
  }
}
