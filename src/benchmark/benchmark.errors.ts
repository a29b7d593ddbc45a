import { DomainError } from '../common/errors/domain-error';
import { defineError } from '../common/errors/error-definition';
import { optionName } from '../common/settings/option-names';
import type { PoolKind } from '../pools/pool';
import { poolsOption, type PoolsOptionPath } from '../pools/pools-option';

const BENCHMARK_DISABLED = defineError('BENCHMARK_DISABLED', {
  status: 403,
  title: 'Benchmarks are switched off',
  remedy:
    'Switch them on as the detail says; they are off in production unless asked for, as a run loads the database.',
});

const switchOn = () => `Set ${optionName('PerformanceModule', 'benchmark.enabled')} to true.`;

/** Runs load the database, so where they are not meant to be they are refused. */
export class BenchmarkDisabledError extends DomainError {
  constructor() {
    super(BENCHMARK_DISABLED, `A benchmark was asked for while benchmarks are switched off. ${switchOn()}`);
  }

  override get detail(): string {
    return switchOn();
  }
}

const BENCHMARK_REQUIREMENT_MISSING = defineError('BENCHMARK_REQUIREMENT_MISSING', {
  status: 503,
  title: 'The benchmark needs a pool that is not configured',
  remedy: 'Configure the pool that the detail names, then start the run again.',
});

/** Without this option a pool is not configured. */
const SERVER_OF: Readonly<Record<PoolKind, PoolsOptionPath>> = {
  postgres: 'postgres.url',
  redis: 'redis.url',
  http: 'http.upstreams',
  qdrant: 'qdrant.url',
};

/** The scenario works with a pool that this application does not have. */
export class BenchmarkRequirementError extends DomainError {
  constructor(
    readonly scenario: string,
    readonly pool: PoolKind,
    /** What else would do: `parameters.weights.http to 0`. */
    instead?: string,
  ) {
    const set = [poolsOption(SERVER_OF[pool]), ...(instead === undefined ? [] : [instead])].join(', or ');
    super(
      BENCHMARK_REQUIREMENT_MISSING,
      `The benchmark scenario "${scenario}" needs the pool "${pool}", which is not configured: set ${set}.`,
    );
  }

  override get detail(): string {
    return this.message;
  }
}

const BENCHMARK_RUNNING = defineError('BENCHMARK_RUNNING', {
  status: 409,
  title: 'Another benchmark is running',
  remedy: 'Wait for it, or cancel it with DELETE /performance/benchmark/:id.',
});

/** Two at once would measure each other. */
export class BenchmarkRunningError extends DomainError {
  /** `runId`: undefined when it is another copy of the service that runs one on the same database. */
  constructor(readonly runId: string | undefined) {
    super(BENCHMARK_RUNNING, `A benchmark is running already (${runId ?? 'in another copy of the service'}).`);
  }

  override get detail(): string {
    return this.runId === undefined
      ? 'Another copy of the service is running a benchmark on the same database.'
      : `Run ${this.runId} is not finished: wait for it, or cancel it with DELETE /performance/benchmark/${this.runId}.`;
  }
}

const BENCHMARK_RUN_UNKNOWN = defineError('BENCHMARK_RUN_UNKNOWN', {
  status: 404,
  title: 'There is no benchmark run of that id',
  remedy: 'GET /performance/benchmark lists the runs that are remembered.',
});

/** No run has this id any more: only the last ones are kept. */
export class BenchmarkRunUnknownError extends DomainError {
  constructor(readonly runId: string) {
    super(BENCHMARK_RUN_UNKNOWN, `There is no benchmark run "${runId}".`);
  }
}

const BENCHMARK_NOT_RUNNING = defineError('BENCHMARK_NOT_RUNNING', {
  status: 409,
  title: 'The benchmark run is over',
  remedy: 'There is nothing to cancel: GET it for its results.',
});

/** There is nothing to cancel: the run is over. */
export class BenchmarkNotRunningError extends DomainError {
  constructor(readonly runId: string) {
    super(BENCHMARK_NOT_RUNNING, `Benchmark run "${runId}" is over, there is nothing to cancel.`);
  }
}

const BENCHMARK_SCENARIO_UNKNOWN = defineError('BENCHMARK_SCENARIO_UNKNOWN', {
  status: 422,
  title: 'There is no benchmark scenario of that name',
  remedy: 'GET /performance/benchmark lists the scenarios.',
});

/** No scenario has this name. */
export class BenchmarkScenarioUnknownError extends DomainError {
  constructor(
    readonly scenario: string,
    readonly known: readonly string[],
  ) {
    super(BENCHMARK_SCENARIO_UNKNOWN, `There is no benchmark scenario "${scenario}"; there are: ${known.join(', ')}.`);
  }

  override get detail(): string {
    return `Known scenarios: ${this.known.join(', ')}.`;
  }
}

const BENCHMARK_ABORTED = defineError('BENCHMARK_ABORTED', {
  status: 503,
  title: 'The benchmark run was ended early',
  remedy: 'Start it again; a run that took too long, or made the service unwell, needs smaller parameters.',
});

export type AbortReason = 'cancelled' | 'timeout' | 'shutdown' | 'lost' | 'unwell';

/** Why a run ended early; the signal's reason. */
export class BenchmarkAbortedError extends DomainError {
  constructor(
    readonly reason: AbortReason,
    /** What was unwell. */
    why = 'a part of the service is not well any more',
  ) {
    super(
      BENCHMARK_ABORTED,
      {
        cancelled: 'The run was cancelled.',
        timeout: 'The run took longer than it may and was given up.',
        shutdown: 'The service was shut down.',
        unwell: `The run stopped itself, since ${why}.`,
        lost: 'The copy of the service that ran it is gone.',
      }[reason],
    );
  }

  override get detail(): string {
    return this.message;
  }
}

const BENCHMARK_TARGET_REFUSED = defineError('BENCHMARK_TARGET_REFUSED', {
  status: 422,
  title: 'The benchmark must not send load there',
  remedy: 'Name this service (self) or one of the configured HTTP upstreams as the target, as the detail says.',
});

/** Load goes to this service and to configured upstreams only, so that nobody is attacked with it. */
export class BenchmarkTargetError extends DomainError {
  constructor(message: string) {
    super(BENCHMARK_TARGET_REFUSED, message);
  }

  override get detail(): string {
    return this.message;
  }
}

const BENCHMARK_PHASE_UNKNOWN = defineError('BENCHMARK_PHASE_UNKNOWN', {
  status: 404,
  title: 'The benchmark run keeps no latencies of that phase',
  remedy: 'Leave `phase` out, or name one of those in the detail; runs of cached-read keep none.',
});

/** Not every scenario keeps its latencies, and a run that is not over has none. */
export class BenchmarkPhaseUnknownError extends DomainError {
  constructor(
    runId: string,
    phase: string | undefined,
    private readonly kept: readonly string[],
  ) {
    super(BENCHMARK_PHASE_UNKNOWN, `Benchmark run "${runId}" keeps no latencies of "${phase ?? 'any phase'}".`);
  }

  override get detail(): string {
    return `Phases with latencies: ${this.kept.join(', ') || 'none'}.`;
  }
}

const BENCHMARK_NO_BASELINE = defineError('BENCHMARK_NO_BASELINE', {
  status: 409,
  title: 'The benchmark run cannot be a baseline',
  remedy: 'Pin a run that is completed and whose figures count.',
});

/** Later runs would be compared with figures that do not count. */
export class BenchmarkNoBaselineError extends DomainError {
  constructor(
    readonly runId: string,
    private readonly why: string,
  ) {
    super(BENCHMARK_NO_BASELINE, `Benchmark run "${runId}" cannot be a baseline: ${why}.`);
  }

  override get detail(): string {
    return `It cannot be a baseline: ${this.why}.`;
  }
}
