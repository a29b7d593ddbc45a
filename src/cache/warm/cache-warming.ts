import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CacheOptionError, CacheWarmerUnknownError } from '../cache.errors';
import { CacheService, coreOf } from '../cache.service';
import { RememberedKeys } from './remembered-keys';
import { doneWithin } from '../../common/deadline';
import { JobScheduler } from '../../jobs/job-scheduler';
import { WarmUp } from './warm-up';
import { type Warmer, WarmerExplorer } from './warmer-explorer';
import { type WarmerState, WarmerRun } from './warmer-run';

/** The built-in warmer: the keys that were hot before the last restart, from Redis into memory. */
const HOTTEST_KEYS = 'hottest-keys';
const WARMERS_AT_ONCE = 2;
const FIRST_BUS_MS = 1_000;
const MAX_WAIT_MS = 30_000;

/** Runs the warmers: all at start, the hottest keys first, then each on its schedule and when asked for. */
@Injectable()
export class CacheWarming implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Cache');
  private readonly stopping = new AbortController();
  private readonly runs = new Map<string, WarmerRun>();
  private readonly remembered: RememberedKeys;
  /** Resolves when the warmers have run for the first time, however they ended; never rejects. */
  readonly warmed: Promise<void>;
  private readonly markWarmed: () => void;
  private warm = false;

  constructor(
    private readonly cache: CacheService,
    private readonly explorer: WarmerExplorer,
    private readonly jobs: JobScheduler,
  ) {
    this.remembered = new RememberedKeys(coreOf(cache));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.warmed = promise;
    this.markWarmed = resolve;
  }

  /** Whether the first round is over; readiness can wait for it. */
  get isWarm(): boolean {
    return this.warm;
  }

  async onApplicationBootstrap(): Promise<void> {
    this.add({ name: HOTTEST_KEYS, run: (warmUp) => this.warmHottest(warmUp) });
    for (const warmer of this.explorer.find()) this.add(warmer);
    const round = this.firstRound();
    if (coreOf(this.cache).options.warmBeforeReady) await doneWithin(round, MAX_WAIT_MS);
  }

  /** Before anything is closed: the cache and the pools end in later steps of the shutdown. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.remembered.save();
  }

  /** Starts the named warmers, or all, and answers at once; one that is running is not started twice. */
  start(names: readonly string[] = [...this.runs.keys()]): void {
    const chosen = names.map((name) => {
      const run = this.runs.get(name);
      if (run === undefined) throw new CacheWarmerUnknownError(name);
      return run;
    });
    void this.runAll(chosen);
  }

  states(): readonly WarmerState[] {
    return [...this.runs.values()].map((run) => run.state());
  }

  /** Keeps what is hot now for the next start. */
  rememberHottest(): Promise<void> {
    return this.remembered.save();
  }

  private add(warmer: Warmer): void {
    const { name, cron } = warmer;
    if (this.runs.has(name))
      throw new CacheOptionError(
        `there are two cache warmers "${name}"; rename one of them, or provide its class once`,
      );
    const run = new WarmerRun(warmer, this.stopping.signal, this.logger);
    this.runs.set(name, run);
    if (cron === undefined) return;
    if (!this.jobs.isAvailable) {
      throw new CacheOptionError(`the cache warmer "${name}" has a schedule; import ScheduleModule.forRoot()`);
    }
    this.schedule(name, cron, run);
  }

  private schedule(name: string, cron: string, run: WarmerRun): void {
    try {
      // The warmer logs its failures itself, also those of a run that was asked for.
      this.jobs.add({
        name: `cache-warmer:${name}`,
        cron,
        run: () => run.startAndReport(),
        failure: false,
        // Through Redis the others get what one has loaded; without it each has to fill its own memory.
        copies: coreOf(this.cache).redis === undefined ? 'all' : 'one',
      });
    } catch (error) {
      throw new CacheOptionError(`the cron "${cron}" of the cache warmer "${name}" is not a cron expression`, {
        cause: error,
      });
    }
  }

  private async firstRound(): Promise<void> {
    // What is put into memory before the bus is up would have to be confirmed again.
    await doneWithin(Promise.resolve(coreOf(this.cache).redis?.subscribed), FIRST_BUS_MS);
    const [hottest, ...others] = this.runs.values();
    await hottest?.start();
    await this.runAll(others);
    this.warm = true;
    this.markWarmed();
  }

  private async runAll(runs: readonly WarmerRun[]): Promise<void> {
    await new WarmUp(this.stopping.signal).forEach(runs, turnOf, WARMERS_AT_ONCE);
  }

  private async warmHottest(warmUp: WarmUp): Promise<void> {
    const keys = await this.remembered.load();
    await warmUp.forEach(keys, ({ namespace, key }) => this.cache.namespace(namespace).get(key));
  }
}

/** A warmer that hangs does not keep the others from their turn. */
async function turnOf(run: WarmerRun): Promise<void> {
  await doneWithin(run.start(), MAX_WAIT_MS);
}
