import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Deadline, doneWithin } from '../common/deadline';
import { Pools } from '../pools/pools.service';
import {
  BenchmarkDisabledError,
  BenchmarkNotRunningError,
  BenchmarkRunningError,
  BenchmarkRunUnknownError,
} from './benchmark.errors';
import { BENCHMARK_OPTIONS, type ResolvedBenchmarkOptions } from './benchmark.module-definition';
import type { BenchmarkRun } from './benchmark-run';
import { RunRecord } from './run-record';
import type { BenchmarkScenario } from './scenario';
import { checkRequirements, exclusion, isRunnable } from './scenario-needs';
import { ScenarioRegistry } from './scenario-registry';

/** A copy that is starting keeps the lock for a moment, to remove leftovers; a run keeps it for much longer. */
const LOCK_PATIENCE_MS = 1_000;

/** Runs scenarios one at a time, apart from other copies where a scenario asks for it, and keeps the last runs. */
@Injectable()
export class BenchmarkRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(BenchmarkRunner.name);
  /** In the order they were started. */
  private readonly runs = new Map<string, RunRecord>();
  private starting = false;
  private current: RunRecord | undefined;
  private cleaning: Promise<void> = Promise.resolve();

  constructor(
    @Inject(BENCHMARK_OPTIONS) private readonly options: ResolvedBenchmarkOptions,
    private readonly scenarios: ScenarioRegistry,
    private readonly pools: Pools,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.options.enabled) return;
    // The start does not wait for it: a database that is down now has its leftovers removed before the next run.
    this.cleaning = this.removeLeftovers().catch((error: unknown) =>
      this.logger.debug(`Leftovers of earlier runs could not be looked for: ${error}`),
    );
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
  async start(name: string, given: Readonly<Record<string, number | string>>): Promise<BenchmarkRun> {
    if (!this.options.enabled) throw new BenchmarkDisabledError();
    const scenario = this.scenarios.get(name);
    const parameters = scenario.parameters.parse(given) as Readonly<Record<string, number | string>>;
    checkRequirements(scenario, this.pools);
    if (this.starting || this.current !== undefined) throw new BenchmarkRunningError(this.current?.id);
    this.starting = true;
    try {
      await this.cleaning;
      const lock = await exclusion(scenario, this.pools, LOCK_PATIENCE_MS);
      if (lock === undefined) throw new BenchmarkRunningError(undefined);
      const record = new RunRecord(randomBytes(4).toString('hex'), name, parameters, this.clock);
      this.remember(record);
      this.current = record;
      record.finished = this.execute(record, scenario, parameters, lock);
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
  get(id: string): BenchmarkRun {
    return this.record(id).view();
  }

  /** The last runs, the newest first. */
  list(): BenchmarkRun[] {
    return [...this.runs.values()].map((record) => record.view()).toReversed();
  }

  /** Ends a run; resolves when it has cleaned up. @throws BenchmarkRunUnknownError, BenchmarkNotRunningError */
  async cancel(id: string): Promise<BenchmarkRun> {
    const record = this.record(id);
    if (!record.isRunning) throw new BenchmarkNotRunningError(id);
    record.cancel('cancelled');
    await record.finished;
    return record.view();
  }

  private async execute(
    record: RunRecord,
    scenario: BenchmarkScenario,
    parameters: unknown,
    lock: AsyncDisposable,
  ): Promise<void> {
    const deadline = new Deadline(this.options.runTimeoutMs, () => record.cancel('timeout')).unref();
    try {
      await scenario.removeLeftovers?.();
      const progress = (phase: string, ratio: number) => record.advance(phase, ratio);
      record.complete(await scenario.run(parameters, { runId: record.id, signal: record.signal, progress }));
    } catch (error) {
      record.fail(error);
      if (!record.signal.aborted) this.logger.error(`Benchmark ${record.id} failed: ${(error as Error).stack}`);
    } finally {
      deadline.clear();
      await lock[Symbol.asyncDispose]();
      this.current = undefined;
    }
  }

  private async removeLeftovers(): Promise<void> {
    for (const scenario of this.scenarios.all()) {
      if (scenario.removeLeftovers === undefined || !isRunnable(scenario, this.pools)) continue;
      await using lock = await exclusion(scenario, this.pools);
      // Without the lock a run is under way in another copy, which removes them itself.
      if (lock !== undefined) await scenario.removeLeftovers();
    }
  }

  private remember(record: RunRecord): void {
    this.runs.set(record.id, record);
    const [oldest] = this.runs.keys();
    if (this.runs.size > this.options.maxHistory) this.runs.delete(oldest!);
  }

  private record(id: string): RunRecord {
    const record = this.runs.get(id);
    if (record === undefined) throw new BenchmarkRunUnknownError(id);
    return record;
  }
}
