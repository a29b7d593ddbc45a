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
  BenchmarkDisabledError,
  BenchmarkNotRunningError,
  BenchmarkRunningError,
  BenchmarkRunUnknownError,
} from './benchmark.errors';
import { BENCHMARK_OPTIONS, type ResolvedBenchmarkOptions } from './benchmark.module-definition';
import type { BenchmarkRun } from './benchmark-run';
import { RunRecord } from './run-record';
import { RunStore } from './run-store';
import type { BenchmarkScenario } from './scenario';
import { checkRequirements, exclusion, isRunnable } from './scenario-needs';
import { ScenarioRegistry } from './scenario-registry';

/** A copy that is starting keeps the lock for a moment, to remove leftovers; a run keeps it for much longer. */
const LOCK_PATIENCE_MS = 1_000;
/** How often a run is saved for the other copies, and asked for by one that waits for it. */
const SAVE_EVERY_MS = 500;
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

  constructor(
    @Inject(BENCHMARK_OPTIONS) private readonly options: ResolvedBenchmarkOptions,
    private readonly scenarios: ScenarioRegistry,
    private readonly pools: Pools,
    private readonly clock: Clock,
    private readonly store: RunStore,
    @Optional() private readonly instance?: Instance,
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
      void this.follow(record);
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
  private async follow(record: RunRecord): Promise<void> {
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
      await this.store.save(record.view());
      await this.store.keep(this.options.maxHistory);
    }
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
    const [oldest] = this.runs.keys();
    if (this.runs.size > this.options.maxHistory) this.runs.delete(oldest!);
  }

  private record(id: string): RunRecord {
    const record = this.runs.get(id);
    if (record === undefined) throw new BenchmarkRunUnknownError(id);
    return record;
  }
}
