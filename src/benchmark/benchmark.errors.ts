import { DomainError } from '../common/errors/domain-error';

/** Runs load the database, so where they are not meant to be they are refused. */
export class BenchmarkDisabledError extends DomainError {
  readonly code = 'BENCHMARK_DISABLED';

  constructor() {
    super('A benchmark was asked for while BENCHMARK_ENABLED is false.');
  }
}

/** Two at once would measure each other. */
export class BenchmarkRunningError extends DomainError {
  readonly code = 'BENCHMARK_RUNNING';

  /** `runId`: undefined when it is another copy of the service that runs one on the same database. */
  constructor(readonly runId: string | undefined) {
    super(`A benchmark is running already (${runId ?? 'in another copy of the service'}).`);
  }

  override get detail(): string {
    return this.runId === undefined
      ? 'Another copy of the service is running a benchmark on the same database.'
      : `Run ${this.runId} is not finished: wait for it, or cancel it with DELETE /performance/benchmark/${this.runId}.`;
  }
}

/** No run has this id, or it is forgotten: only the last ones are remembered. */
export class BenchmarkRunUnknownError extends DomainError {
  readonly code = 'BENCHMARK_RUN_UNKNOWN';

  constructor(readonly runId: string) {
    super(`There is no benchmark run "${runId}".`);
  }
}

/** There is nothing to cancel: the run is over. */
export class BenchmarkNotRunningError extends DomainError {
  readonly code = 'BENCHMARK_NOT_RUNNING';

  constructor(readonly runId: string) {
    super(`Benchmark run "${runId}" is over, there is nothing to cancel.`);
  }
}

/** No scenario has this name. */
export class BenchmarkScenarioUnknownError extends DomainError {
  readonly code = 'BENCHMARK_SCENARIO_UNKNOWN';

  constructor(
    readonly scenario: string,
    readonly known: readonly string[],
  ) {
    super(`There is no benchmark scenario "${scenario}"; there are: ${known.join(', ')}.`);
  }

  override get detail(): string {
    return `Known scenarios: ${this.known.join(', ')}.`;
  }
}

/** Why a run ended early; the signal's reason. */
export class BenchmarkAbortedError extends DomainError {
  readonly code = 'BENCHMARK_ABORTED';

  constructor(readonly reason: 'cancelled' | 'timeout' | 'shutdown') {
    super(
      {
        cancelled: 'The run was cancelled.',
        timeout: 'The run took longer than it may and was given up.',
        shutdown: 'The service was shut down.',
      }[reason],
    );
  }

  override get detail(): string {
    return this.message;
  }
}
