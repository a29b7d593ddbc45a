import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../../common/clock';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { JobScheduler } from '../../../jobs/job-scheduler';
import { FUTURE_TOLERANCE_MS, SeriesStore } from '../series-store';
import { BlockTable } from './block-table';
import { type Destination, StoredSamples } from './stored-samples';

/** For so long (ms) after its start a copy without a history looks for one, so often. */
const SUCCESSION_MS = 10 * 60_000;
const SUCCESSION_EVERY_MS = 5_000;
/** By how much (ms) the clock is set back at least for a second look at the database. */
const SMALLEST_STEP_MS = 1_000;

/** Restores the samples of the process before after a start, the most recent first, while the service already runs. */
@Injectable()
export class SeriesRestorer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(SeriesRestorer.name);
  private readonly stored: StoredSamples;
  private stopped = false;
  private running: Promise<void> | undefined;
  private restored = 0;
  private finished = false;
  /** What ended before it (Unix ms) was too old when the blocks were last read. */
  private restoredFromMs = -Infinity;
  private ahead = { samples: 0, untilMs: -Infinity };

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly store: SeriesStore,
    private readonly table: BlockTable,
    private readonly clock: Clock,
    private readonly jobs: JobScheduler,
  ) {
    this.stored = new StoredSamples(table, clock);
  }

  /** Samples brought back so far. */
  get restoredSamples(): number {
    return this.restored;
  }

  /**
   * Samples left in the database because they are ahead of the clock (by more than an import may be), and the latest of
   * their times. A restart brings them back once their time has come.
   */
  get setAside(): { readonly samples: number; readonly untilMs: number } {
    return this.ahead;
  }

  /** Whether the restoring has ended. */
  get isDone(): boolean {
    return this.finished;
  }

  onApplicationBootstrap(): void {
    void this.table.whenReady().then(
      () => (this.running = this.run()),
      () => undefined, // the service ends before the database came
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      const isNew = !(await this.table.hasOwn());
      if (isNew) await this.succeed();
      await this.restore();
    } catch (error) {
      this.report(error);
    } finally {
      this.finished = true;
    }
  }

  /** Reads all blocks inside the retention. A block that cannot be read is logged and left out. */
  async restore(): Promise<void> {
    const nowMs = this.clock.now();
    const { retentionMs, memoryLimitBytes } = this.options;
    this.restoredFromMs = nowMs - retentionMs;
    this.ahead = { samples: 0, untilMs: -Infinity };
    const to: Destination = {
      store: this.store,
      memoryLimitBytes,
      latestMs: nowMs + FUTURE_TOLERANCE_MS,
      stopped: () => this.stopped,
      leftOut: (samples, untilMs) => this.leaveOut(samples, untilMs),
      unreadable: (error) => this.report(error),
    };
    const before = this.restored;
    for await (const samples of this.stored.into(to, await this.table.list(this.restoredFromMs)))
      this.restored += samples;
    this.sayWhatIsAhead();
    if (this.restored > before) this.logger.log(`Brought ${this.restored - before} samples of a former process back`);
  }

  /**
   * To be called at each tick. A clock that was ahead at the start made the past too old: it comes back when the clock is
   * set right.
   */
  followClock(): void {
    if (!this.finished || this.stopped || !this.table.isReady) return;
    if (this.clock.now() - this.options.retentionMs > this.restoredFromMs - SMALLEST_STEP_MS) return;
    this.restoredFromMs = -Infinity; // until it has been read
    this.running = Promise.resolve(this.running)
      .then(() => this.restore())
      .catch((error) => this.report(error));
  }

  /**
   * A copy without a history goes on with that of one that is gone. In a rolling update the former copy ends only after
   * this one has started, so it looks again for a while.
   */
  private async succeed(): Promise<void> {
    if (await this.table.adopt(this.clock.now())) return;
    const untilMs = this.clock.monotonic() + SUCCESSION_MS;
    let adopted = false;
    const job = this.jobs.add({
      name: 'series-succession',
      everyMs: SUCCESSION_EVERY_MS,
      failure: 'The history of a former copy could not be taken over',
      run: async () => {
        adopted ||= await this.table.adopt(this.clock.now());
        if (adopted) await this.restore(); // once more when it fails
        if (adopted || this.clock.monotonic() > untilMs) void job.finish();
      },
    });
  }

  private leaveOut(samples: number, untilMs: number): void {
    this.ahead = { samples: this.ahead.samples + samples, untilMs: Math.max(this.ahead.untilMs, untilMs) };
  }

  private sayWhatIsAhead(): void {
    const { samples, untilMs } = this.ahead;
    if (samples === 0) return;
    this.logger.warn(
      `${samples} samples in the database are ahead of the clock, up to ${new Date(untilMs).toISOString()}, and were left there: the clock was or is wrong`,
    );
  }

  private report(error: unknown): void {
    this.logger.warn(`Samples of a former process could not be brought back: ${String(error)}`);
  }
}
