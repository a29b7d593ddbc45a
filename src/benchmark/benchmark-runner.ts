import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  Optional,
} from '@nestjs/common';
import { Clock } from '../common/clock';
import { Deadline, doneWithin } from '../common/deadline';
import { Instance } from '../copies/instance';
import { Pools } from '../pools/pools.service';
import {
  BenchmarkAbortedError,
  BenchmarkDisabledError,
  BenchmarkNoBaselineError,
  BenchmarkNotRunningError,
  BenchmarkRunningError,
  BenchmarkRunUnknownError,
} from './benchmark.errors';
import { BENCHMARK_OPTIONS, type ResolvedBenchmarkOptions } from './benchmark.module-definition';
import type { BenchmarkRun, BenchmarkState } from './benchmark-run';
import { NeighbourTimes } from './cost/neighbour-times';
import { LoadHeldError } from './load/load-generator';
import { OperationMeter } from './operations/operation-meter';
import { compareRuns, isSameExperiment, type RunComparison } from './run-comparison';
import { EnvironmentReader } from './run-environment';
import { RunGuard } from './run-guard';
import { type RunEvent, RunRecord } from './run-record';
import { RunStore } from './run-store';
import type { BenchmarkScenario, ScenarioContext, ScenarioOutcome } from './scenario';
import { checkRequirements, exclusion, isRunnable } from './scenario-needs';
import { ScenarioRegistry } from './scenario-registry';

/** A copy that is starting keeps the lock for a moment, to remove leftovers; a run keeps it for much longer. */
const LOCK_PATIENCE_MS = 1_000;
/** How often a run is saved for the other copies, and asked for by one that waits for it. */
const SAVE_EVERY_MS = 200;
/** How long a run in another copy may take to end when it is cancelled. */
const CANCEL_TIMEOUT_MS = 60_000;

/**
 * Runs scenarios one at a time, apart from other copies where a scenario asks for it, and keeps the last runs: its own in
 * memory, those of all copies in the database they share.
 */
@Injectable()
export class BenchmarkRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(BenchmarkRunner.name);
  /** In the order they were started. */
  private readonly runs = new Map<string, RunRecord>();
  private starting = false;
  private current: RunRecord | undefined;
  private cleaning: Promise<void> = Promise.resolve();
  /** The last completed run of each scenario in this copy. */
  private readonly completed = new Map<string, BenchmarkRun>();
  private readonly ended = new Map<string, { scenario: string; state: BenchmarkState; count: number }>();

  constructor(
    @Inject(BENCHMARK_OPTIONS) private readonly options: ResolvedBenchmarkOptions,
    private readonly scenarios: ScenarioRegistry,
    private readonly pools: Pools,
    private readonly clock: Clock,
    private readonly store: RunStore,
    @Optional() private readonly instance?: Instance,
    @Optional() private readonly guard?: RunGuard,
    @Optional() private readonly environment?: EnvironmentReader,
    @Optional() private readonly meter?: OperationMeter,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.options.enabled) return;
    // The start does not wait for it: a database that is down now has its leftovers removed before the next run.
    this.cleaning = this.removeLeftovers().catch((error: unknown) => this.leftoversStay('all scenarios', error));
  }

  async onModuleDestroy(): Promise<void> {
    this.current?.cancel('shutdown');
    await this.current?.finished;
    await this.cleaning;
  }

  /**
   * Starts a run and answers at once; parameters that are left out get the scenario's defaults.
   * @throws ZodError for parameters the scenario does not take, BenchmarkDisabledError, BenchmarkScenarioUnknownError,
   * BenchmarkRequirementError, BenchmarkRunningError, what the pool throws
   */
  async start(name: string, given: Readonly<Record<string, unknown>>): Promise<BenchmarkRun> {
    if (!this.options.enabled) throw new BenchmarkDisabledError();
    const scenario = this.scenarios.get(name);
    const parameters = scenario.parameters.parse(given);
    checkRequirements(scenario, this.pools);
    scenario.check?.(parameters);
    if (this.starting || this.current !== undefined) throw new BenchmarkRunningError(this.current?.id);
    this.starting = true;
    try {
      await this.cleaning;
      const lock = await exclusion(this.pools, LOCK_PATIENCE_MS);
      if (lock === undefined) throw new BenchmarkRunningError(await this.elsewhere());
      const record = new RunRecord(
        randomBytes(4).toString('hex'),
        name,
        scenario.shown?.(parameters) ?? (parameters as BenchmarkRun['parameters']),
        this.clock,
        this.instance?.id ?? hostname(),
      );
      this.remember(record);
      this.current = record;
      await this.store.save(record.view());
      record.finished = this.execute(record, scenario, parameters, lock);
      void this.share(record);
      return record.view();
    } finally {
      this.starting = false;
    }
  }

  /** The run once it is over, or as it is when `timeoutMs` have passed. @throws BenchmarkRunUnknownError */
  async wait(id: string, timeoutMs: number): Promise<BenchmarkRun> {
    const record = this.record(id);
    await doneWithin(record.finished, timeoutMs);
    return record.view();
  }

  /** @throws BenchmarkRunUnknownError */
  async get(id: string): Promise<BenchmarkRun> {
    const run = this.runs.get(id)?.view() ?? (await this.store.get(id));
    if (run === undefined) throw new BenchmarkRunUnknownError(id);
    return run;
  }

  /** The last runs of all copies, the newest first. */
  async list(): Promise<BenchmarkRun[]> {
    const { maxHistory } = this.options;
    const own = [...this.runs.values()].map((record) => record.view());
    const others = (await this.store.list(maxHistory)).filter(({ id }) => !this.runs.has(id));
    return [...own, ...others].toSorted((a, b) => b.startedAtMs - a.startedAtMs).slice(0, maxHistory);
  }

  /** Ends a run; resolves when it has cleaned up. @throws BenchmarkRunUnknownError, BenchmarkNotRunningError */
  async cancel(id: string): Promise<BenchmarkRun> {
    const record = this.runs.get(id);
    if (record === undefined) return this.cancelElsewhere(id);
    if (!record.isRunning) throw new BenchmarkNotRunningError(id);
    record.cancel('cancelled');
    await record.finished;
    return record.view();
  }

  get isRunning(): boolean {
    return this.current !== undefined;
  }

  /** The last completed run of each scenario in this copy. */
  latest(): Iterable<BenchmarkRun> {
    return this.completed.values();
  }

  /** Runs of this copy that are over, by scenario and how they ended. */
  counts(): Iterable<{ readonly scenario: string; readonly state: BenchmarkState; readonly count: number }> {
    return this.ended.values();
  }

  /**
   * What was told of a run above `revision`, and then what is told, until it is over or `signal` fires. Of a run in another
   * copy it is the latest state each time that this copy looks. @throws BenchmarkRunUnknownError
   */
  async *follow(id: string, revision: number, signal: AbortSignal): AsyncGenerator<RunEvent> {
    const record = this.runs.get(id);
    if (record !== undefined) return yield* record.follow(revision, signal);
    for (let seen = revision; !signal.aborted;) {
      const run = await this.get(id);
      if (run.revision > seen) {
        seen = run.revision;
        yield { revision: seen, state: run.state, progress: run.progress, interim: run.interim };
      }
      if (run.state !== 'running') return;
      await sleep(SAVE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * Makes a completed run the one that later runs of its scenario are compared with, in place of the one before it.
   * @throws BenchmarkRunUnknownError, BenchmarkNoBaselineError
   */
  async pin(id: string): Promise<BenchmarkRun> {
    const run = await this.get(id);
    const unfit = run.state === 'completed' ? run.outcome?.invalid : `it is ${run.state}`;
    if (unfit !== undefined) throw new BenchmarkNoBaselineError(id, unfit);
    await this.setBaseline(run.scenario, id);
    return this.get(id);
  }

  /** Compares later runs with it no more; has no effect on a run that is no baseline. @throws BenchmarkRunUnknownError */
  async unpin(id: string): Promise<BenchmarkRun> {
    const run = await this.get(id);
    if (run.baseline) await this.setBaseline(run.scenario, undefined);
    return this.get(id);
  }

  /** How a run went beside the baseline of its scenario; undefined where there is none that did the same. */
  async sinceBaseline(run: BenchmarkRun): Promise<RunComparison | undefined> {
    if (run.state !== 'completed') return undefined;
    const own = [...this.runs.values()].find(({ scenario, baseline }) => baseline && scenario === run.scenario);
    const baseline = own?.view() ?? (await this.store.baselineOf(run.scenario));
    if (baseline === undefined || baseline.id === run.id || !isSameExperiment(baseline, run)) return undefined;
    return compareRuns(baseline, run);
  }

  private async setBaseline(scenario: string, id: string | undefined): Promise<void> {
    for (const record of this.runs.values()) if (record.scenario === scenario) record.baseline = record.id === id;
    await this.store.pin(scenario, id);
  }

  private async cancelElsewhere(id: string): Promise<BenchmarkRun> {
    if ((await this.get(id)).state !== 'running') throw new BenchmarkNotRunningError(id);
    await this.store.cancel(id);
    const untilMs = this.clock.monotonic() + CANCEL_TIMEOUT_MS;
    let run: BenchmarkRun;
    do {
      await sleep(SAVE_EVERY_MS);
      run = await this.get(id);
    } while (run.state === 'running' && this.clock.monotonic() < untilMs);
    return run;
  }

  /** The run that another copy has under way. */
  private async elsewhere(): Promise<string | undefined> {
    return (await this.store.list(this.options.maxHistory)).find(({ state }) => state === 'running')?.id;
  }

  /** Lets the other copies see how far a run is, and cancel it. */
  private async share(record: RunRecord): Promise<void> {
    while (!(await doneWithin(record.finished, SAVE_EVERY_MS))) {
      if (await this.store.save(record.view())) record.cancel('cancelled');
    }
  }

  private async execute(
    record: RunRecord,
    scenario: BenchmarkScenario,
    parameters: unknown,
    lock: AsyncDisposable,
  ): Promise<void> {
    const deadline = new Deadline(this.options.runTimeoutMs, () => record.cancel('timeout')).unref();
    using _ = this.guard?.watch((why) => record.cancel('unwell', why));
    try {
      await scenario.removeLeftovers?.();
      record.environment = await this.environment?.read();
      await this.listenBefore(record);
      record.complete(await this.run(record, scenario, parameters));
      this.completed.set(record.scenario, record.view());
    } catch (error) {
      if (error instanceof LoadHeldError) record.cancel('unwell', error.message);
      record.fail(error);
      this.logFailure(record, error);
    } finally {
      deadline.clear();
      await lock[Symbol.asyncDispose]();
      this.current = undefined;
      this.count(record.view());
      await this.store.save(record.view());
      await this.store.keep(this.options.maxHistory);
    }
  }

  /** What the requests of others take while there is no load yet. */
  private async listenBefore(record: RunRecord): Promise<void> {
    const { listenBeforeMs } = this.options;
    if (listenBeforeMs === 0) return;
    record.advance('listening to the requests of others', 0);
    const others = new NeighbourTimes(record.id);
    others.start();
    try {
      await sleep(listenBeforeMs, undefined, { signal: record.signal });
    } finally {
      others.stop();
    }
    record.observed('before', { requests: others.count, p99Ms: others.p99Ms });
  }

  private async run(record: RunRecord, scenario: BenchmarkScenario, parameters: unknown): Promise<ScenarioOutcome> {
    const { id: runId, signal } = record;
    const { meter } = this;
    const others = new NeighbourTimes(runId);
    const progress: ScenarioContext['progress'] = (...told) => record.advance(...told);
    const own = { runId, signal, progress };
    others.start();
    try {
      return await scenario.run(parameters, {
        ...own,
        measure: (phase, operation, options) => {
          if (meter === undefined) throw new Error('there is nothing to measure with');
          return meter.measure(own, phase, operation, options);
        },
      });
    } finally {
      others.stop();
      record.observed('during', { requests: others.count, p99Ms: others.p99Ms });
    }
  }

  private logFailure(record: RunRecord, error: unknown): void {
    const { aborted, reason } = record.signal as { aborted: boolean; reason: unknown };
    if (!aborted) this.logger.error(`Benchmark ${record.id} failed: ${(error as Error).stack}`);
    else if (reason instanceof BenchmarkAbortedError && reason.reason === 'unwell') {
      this.logger.warn(`Benchmark ${record.id}: ${reason.message}`);
    }
  }

  private count({ scenario, state }: BenchmarkRun): void {
    const key = `${scenario} ${state}`;
    this.ended.set(key, { scenario, state, count: (this.ended.get(key)?.count ?? 0) + 1 });
  }

  private async removeLeftovers(): Promise<void> {
    for (const scenario of this.scenarios.all()) {
      if (scenario.removeLeftovers === undefined || !isRunnable(scenario, this.pools)) continue;
      await using lock = await exclusion(this.pools);
      // Without the lock a run is under way in another copy, which removes them itself.
      if (lock === undefined) return;
      await scenario.removeLeftovers().catch((error: unknown) => this.leftoversStay(scenario.name, error));
    }
  }

  private leftoversStay(of: string, error: unknown): void {
    this.logger.debug(`Leftovers of earlier runs of ${of} could not be looked for: ${error}`);
  }

  private remember(record: RunRecord): void {
    this.runs.set(record.id, record);
    const oldest = [...this.runs.values()].find(({ baseline }) => !baseline);
    if (this.runs.size > this.options.maxHistory && oldest !== undefined) this.runs.delete(oldest.id);
  }

  private record(id: string): RunRecord {
    const record = this.runs.get(id);
    if (record === undefined) throw new BenchmarkRunUnknownError(id);
    return record;
  }
}
